#include "proxy/server/options.h"

#include <charconv>
#include <functional>

namespace varka::proxy {
namespace {

Result<int> number(const std::string& name, const std::string& text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    return fail(name + " " + text + ": a number from " + std::to_string(least) + " to " +
                std::to_string(most) + " is needed");
  return value;
}

Result<void> listenFd(Options& options, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return fail("--listen-fd " + text + ": PORT=N is needed");
  const auto port = number("--listen-fd", text.substr(0, equals), 1, 65535);
  if (!port) return tl::unexpected(port.error());
  const auto fd = number("--listen-fd", text.substr(equals + 1), 0, 1 << 20);
  if (!fd) return tl::unexpected(fd.error());
  options.listenFds[static_cast<std::uint16_t>(*port)] = *fd;
  return {};
}

struct Option {
  const char* name;
  const char* value;  // null = a switch
  const char* help;
  std::function<Result<void>(Options&, const std::string&)> set;
};

auto text(std::string Options::*member) {
  return [member](Options& options, const std::string& value) -> Result<void> {
    options.*member = value;
    return {};
  };
}

auto integer(const char* name, int Options::*member, int least, int most) {
  return [=](Options& options, const std::string& value) -> Result<void> {
    const auto parsed = number(name, value, least, most);
    if (!parsed) return tl::unexpected(parsed.error());
    options.*member = *parsed;
    return {};
  };
}

auto flag(bool Options::*member) {
  return [member](Options& options, const std::string&) -> Result<void> {
    options.*member = true;
    return {};
  };
}

const std::vector<Option>& table() {
  static const std::vector<Option> options = {
      {"-c", "FILE", "static Envoy v3 bootstrap, JSON or YAML", text(&Options::bootstrap)},
      {"--config-path", "FILE", "the same", text(&Options::bootstrap)},
      {"--node", "ID", "sidecar~IP~POD.NS~NS.svc.cluster.local or router~…", text(&Options::node)},
      {"--node-metadata", "JSON", "Istio's node metadata", text(&Options::nodeMetadata)},
      {"--xds", "PATH", "socket of the control plane", text(&Options::xds)},
      {"--telemetry", "PATH", "socket for records and counters", text(&Options::telemetry)},
      {"--pods", "DIR", "directory of the pods' inbound sockets", text(&Options::pods)},
      {"--pod-ip", "IP", "own pod IP", text(&Options::podIp)},
      {"--capture-fd", "N", "inherited channel to the pod's agent",
       integer("--capture-fd", &Options::captureFd, 0, 1 << 20)},
      {"--listen-fd", "PORT=N", "inherited listening socket for 0.0.0.0:PORT", listenFd},
      {"--admin", "ADDRESS", "admin endpoint: HOST:PORT or a socket's path", text(&Options::admin)},
      {"--concurrency", "N", "worker threads, default 1",
       integer("--concurrency", &Options::concurrency, 1, 64)},
      {"--drain-time", "SECONDS", "default 5", integer("--drain-time", &Options::drainSeconds, 0, 3600)},
      {"--log-level", "LEVEL", "trace, debug, info, warn, error, off", text(&Options::logLevel)},
      {"--version", nullptr, "print the version", flag(&Options::version)},
      {"--help", nullptr, "print this", flag(&Options::help)},
      {"-h", nullptr, "print this", flag(&Options::help)},
  };
  return options;
}

}  // namespace

Result<Options> parseOptions(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i];
    std::optional<std::string> value;
    if (const auto equals = name.find('='); name.starts_with("--") && equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    const Option* found = nullptr;
    for (const Option& option : table())
      if (name == option.name) found = &option;
    if (!found) return fail("unknown option " + name + "; see varka-proxy --help");
    if (found->value && !value) {
      if (i + 1 >= arguments.size()) return fail(name + " needs a value: " + name + " " + found->value);
      value = arguments[++i];
    }
    if (const auto set = found->set(options, value.value_or("")); !set) return tl::unexpected(set.error());
  }
  return options;
}

std::string usage() {
  std::string out = "usage: varka-proxy -c FILE | --xds PATH --node ID [options]\n";
  for (const Option& option : table()) {
    std::string left =
        std::string("  ") + option.name + (option.value ? std::string(" ") + option.value : "");
    left.resize(std::max<std::size_t>(left.size() + 2, 26), ' ');
    out += left + option.help + "\n";
  }
  return out;
}

}  // namespace varka::proxy
