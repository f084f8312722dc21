#include <cstdio>

#include "app/commands/commands.h"

namespace varka::app {

Command versionCommand() {
  return {"version", "", "Prints the version", {}, [](const Invocation&) {
            std::puts("varka " VARKA_VERSION);
            return int{kOk};
          }};
}

}  // namespace varka::app
