// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/jobs/hits.hpp"
#include "cli/run/checks.hpp"
#include "cli/run/help.hpp"
#include "cli/run/shell.hpp"
#include "core/service/hits/tracker.hpp"
#include "core/util/text/text.hpp"

namespace tcm::cli {
namespace {

std::string for_shell(const std::string& tracker, const std::string& logs) {
  return fmt::format(
      "# In the shell, or the script, that starts the job:\n"
      "export TCM_HITS_DIR={}\n"
      "export PYTHONPATH={}\"${{PYTHONPATH:+:$PYTHONPATH}}\"\n",
      shell_word(logs), shell_word(tracker));
}

std::string for_python(const std::string& tracker, const std::string& logs) {
  return fmt::format(
      "# For one environment of Python, also for processes with -I; run its own python:\n"
      "SITE=$(python -c 'import sysconfig; print(sysconfig.get_paths()[\"purelib\"])')\n"
      "cp {} \"$SITE\"\n"
      "echo 'import tcm_hits' > \"$SITE/tcm_hits.pth\"\n"
      "# and where jobs are started:\n"
      "export TCM_HITS_DIR={}\n",
      shell_word(tracker + "/tcm_hits.py"), shell_word(logs));
}

std::string for_docker(const std::string& tracker) {
  return fmt::format(
      "# In the Dockerfile, with {} copied next to it:\n"
      "COPY tcm_hits.py sitecustomize.py /opt/tcm/python/\n"
      "ENV PYTHONPATH=/opt/tcm/python TCM_HITS_DIR=/var/log/tcm-hits\n"
      "# and mount a directory of the host there: docker run -v /srv/hits:/var/log/tcm-hits\n"
      "# The host then runs: tcm hits import /srv/hits --map CACHE_IN_CONTAINER=CACHE_HERE\n",
      util::escape_control(tracker) + "/*.py");
}

std::string for_kubernetes(const std::string& tracker) {
  return fmt::format(
      "# Once: kubectl create configmap tcm-hits --from-file={}\n"
      "# In the pod's spec; /srv/hits is on the node, which runs `tcm hits import /srv/hits`:\n"
      "spec:\n"
      "  containers:\n"
      "  - name: job\n"
      "    env:\n"
      "    - {{name: PYTHONPATH, value: /opt/tcm/python}}\n"
      "    - {{name: TCM_HITS_DIR, value: /var/log/tcm-hits}}\n"
      "    volumeMounts:\n"
      "    - {{name: tcm-hits, mountPath: /opt/tcm/python, readOnly: true}}\n"
      "    - {{name: tcm-hits-logs, mountPath: /var/log/tcm-hits}}\n"
      "  volumes:\n"
      "  - {{name: tcm-hits, configMap: {{name: tcm-hits}}}}\n"
      "  - {{name: tcm-hits-logs, hostPath: {{path: /srv/hits, type: DirectoryOrCreate}}}}\n",
      util::escape_control(tracker));
}

ExitCode run_setup(const std::string& wanted, Context& context) {
  const auto tracker = service::tracker_directory();
  if (!tracker) return context.report(tracker.error());
  const std::string logs = hit_log_directory(context.settings());
  std::string text;
  const auto add = [&](std::string_view kind, const std::string& lines) {
    if (wanted == kind || wanted == "all") text += (text.empty() ? "" : "\n") + lines;
  };
  add("shell", for_shell(*tracker, logs));
  add("python", for_python(*tracker, logs));
  add("docker", for_docker(*tracker));
  add("kubernetes", for_kubernetes(*tracker));
  context.out().write(text);
  return finish_output(context, ExitCode::ok);
}

}  // namespace

void add_hits_setup_command(CLI::App& hits, Invocation& invocation) {
  auto wanted = std::make_shared<std::string>("all");
  CLI::App* command = hits.add_subcommand("setup", "Print the lines that let jobs count");
  CLI::Option* option =
      command->add_option("FOR", *wanted, "For what: shell, python, docker, kubernetes; all when not given");
  must_be_one_of(*option, {"all", "shell", "python", "docker", "kubernetes"});
  end_help(*command,
           "Nothing is changed: the lines are for you to put where jobs are started.\n\n"
           "Examples:\n"
           "  tcm hits setup\n"
           "  eval \"$(tcm hits setup shell)\"",
           {ExitCode::missing});
  command->callback([wanted, &invocation] {
    invocation.command = [wanted](Context& context) { return run_setup(*wanted, context); };
  });
}

}  // namespace tcm::cli
