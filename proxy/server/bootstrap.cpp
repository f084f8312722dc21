#include "proxy/server/bootstrap.h"

#include <fstream>
#include <sstream>

#include "core/xds/codec.h"

namespace varka::proxy {
namespace {
constexpr std::size_t kMostBootstrapBytes = 8u << 20;
}

Result<xds::Bootstrap> loadBootstrap(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("cannot read " + path + "; does it exist and may we read it?");
  std::stringstream content;
  content << file.rdbuf();
  std::string text = std::move(content).str();
  if (text.size() > kMostBootstrapBytes) return fail(path + " is larger than 8 MiB");
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return fail(path + " is empty");
  if (text[first] != '{') {
    auto json = yamlToJson(text);
    if (!json) return tl::unexpected(json.error().in(path));
    text = std::move(*json);
  }
  auto bootstrap = xds::bootstrapFromJson(text);
  if (!bootstrap) return tl::unexpected(bootstrap.error().in(path));
  return bootstrap;
}

}  // namespace varka::proxy
