# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of tcm for bash: asks the program, which knows its commands, its settings and its index.

# _tcm_words: sets `words` to those after the command's up to the cursor. Bash cuts words at every character of
# COMP_WORDBREAKS; "--kind=kernel" and "size:desc" are one each.
_tcm_words() {
  local i word joined=
  words=()
  for ((i = 1; i <= COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if [[ ${#words[@]} -gt 0 && ($word == [=:]* || $joined) ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    joined=
    [[ $word != *[=:] ]] || joined=yes
  done
}

# _tcm_of_shell WHAT TYPED KEPT: what bash itself knows, of the word's part behind KEPT.
_tcm_of_shell() {
  local what=$1 typed=$2 kept=$3 found
  case $what in
    :files) compopt -o filenames 2>/dev/null; mapfile -t found < <(compgen -f -- "$typed") ;;
    :directories) compopt -o filenames 2>/dev/null; mapfile -t found < <(compgen -d -- "$typed") ;;
    :commands) mapfile -t found < <(compgen -c -- "$typed") ;;
  esac
  COMPREPLY+=("${found[@]/#/$kept}")
}

_tcm() {
  local words line program=${1/#\~\//$HOME/}
  COMPREPLY=()
  _tcm_words
  local current=${words[${#words[@]} - 1]-}
  # In "--cache-dir=/a" the path is what files are looked for with.
  local kept=
  [[ $current != --*=* ]] || kept=${current%%=*}=
  while IFS= read -r line; do
    case $line in
      :*) _tcm_of_shell "$line" "${current#"$kept"}" "$kept" ;;
      *) COMPREPLY+=("$line") ;;
    esac
  done < <("$program" __complete bash "${words[@]}" 2>/dev/null)
  # Bash replaces only what lies behind the last break.
  local cut=
  [[ $COMP_WORDBREAKS != *=* || $current != *=* ]] || cut=${current%="${current##*=}"}=
  [[ $COMP_WORDBREAKS != *:* || $current != *:* ]] || cut=${current%:"${current##*:}"}:
  [[ -z $cut ]] || COMPREPLY=("${COMPREPLY[@]#"$cut"}")
}

complete -F _tcm tcm
