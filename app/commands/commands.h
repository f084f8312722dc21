#pragma once
// The subcommands, each in a file of its own. To add one: a file with its function, a line here and one in commands.cpp.

#include "app/command.h"

namespace varka::app {

Command openCommand();
Command upCommand();
Command downCommand();
Command statusCommand();
Command waitCommand();
Command eventsCommand();
Command applyCommand();
Command deleteCommand();
Command getCommand();
Command describeCommand();
Command validateCommand();
Command renderCommand();
Command logsCommand();
Command execCommand();
Command restartCommand();
Command scaleCommand();
Command killCommand();
Command explainCommand();
Command trafficCommand();
Command tapCommand();
Command loadCommand();
Command proxyStatusCommand();
Command proxyConfigCommand();
Command certCommand();
Command samplesCommand();
Command doctorCommand();
Command versionCommand();
Command helpCommand();

}  // namespace varka::app
