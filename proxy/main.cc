// varka-proxy: the data plane of one pod or gateway. See docs/contracts.md for the command line.

#include <malloc.h>

#include <cstdio>

#include "core/base/log.h"
#include "proxy/server/proxy.h"
#include "proxy/tls/init.h"

int main(int argc, char** argv) {
  using namespace varka::proxy;
  auto options = parseOptions(std::vector<std::string>(argv + 1, argv + argc));
  if (!options) {
    std::fprintf(stderr, "varka-proxy: %s\n", options.error().message.c_str());
    return 2;
  }
  if (options->help) {
    std::fputs(usage().c_str(), stdout);
    return 0;
  }
  if (options->version) {
    std::puts("varka-proxy " VARKA_VERSION);
    return 0;
  }
  if (!options->logLevel.empty())
    varka::log::setLevel(varka::log::levelFromName(options->logLevel, varka::log::Level::Warn));
  // One heap for the few threads: a sidecar is small before it is fast at allocating, which it avoids anyway.
  mallopt(M_ARENA_MAX, 1);
  initTls();
  Proxy proxy(std::move(*options));
  if (const auto started = proxy.start(); !started) {
    std::fprintf(stderr, "varka-proxy: %s\n", started.error().message.c_str());
    return 2;
  }
  return proxy.run();
}
