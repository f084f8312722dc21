#pragma once
// The command line of varka-proxy (docs/contracts.md) as a value, read by one table.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace varka::proxy {

struct Options {
  std::string bootstrap;     // -c FILE
  std::string node;          // --node
  std::string nodeMetadata;  // --node-metadata, JSON
  std::string xds, telemetry, pods, podIp, admin;
  int captureFd = -1;
  std::map<std::uint16_t, int> listenFds;  // port → descriptor
  int concurrency = 1;
  int drainSeconds = 5;
  std::string logLevel;
  bool help = false, version = false;
};

/// The failure is what to print before exit 2.
Result<Options> parseOptions(const std::vector<std::string>& arguments);
std::string usage();

}  // namespace varka::proxy
