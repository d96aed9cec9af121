# SPDX-License-Identifier: Apache-2.0
# Completion of tcm for fish: asks the program, which knows its commands, its settings and its index.

function __tcm_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    # In "--cache-dir=/a" the path is what files are looked for with.
    set -l kept (string match --regex -- '^--[^=]*=' $current; or echo)
    set -l typed (string replace --regex -- '^--[^=]*=' '' $current)
    set -l program (string replace --regex -- '^~' $HOME $words[1])
    for line in (command $program __complete fish $words[2..] "$current" 2>/dev/null)
        switch $line
            case ':files'
                string join \n -- $kept(__fish_complete_path "$typed")
            case ':directories'
                string join \n -- $kept(__fish_complete_directories "$typed" '')
            case ':commands'
                string join \n -- $kept(complete -C "$typed")
            case '*'
                printf "%s\n" $line
        end
    end
end

complete --command tcm --no-files --arguments '(__tcm_complete)'
