#include "app/commands/commands.h"

namespace varka::app {

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      openCommand(),    upCommand(),       downCommand(),        statusCommand(),  waitCommand(),        eventsCommand(),
      applyCommand(),   deleteCommand(),   getCommand(),         describeCommand(), validateCommand(),   renderCommand(),
      logsCommand(),    execCommand(),     restartCommand(),     scaleCommand(),   killCommand(),        explainCommand(),
      trafficCommand(), tapCommand(),      loadCommand(),        proxyStatusCommand(), proxyConfigCommand(), certCommand(),
      samplesCommand(), doctorCommand(),   versionCommand(),     helpCommand(),
  };
  return all;
}

}  // namespace varka::app
