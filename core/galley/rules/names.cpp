#include "core/galley/rules/names.h"

#include <arpa/inet.h>
#include <re2/re2.h>

#include <algorithm>
#include <cctype>

namespace varka::galley {
namespace {

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

bool alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
  return out;
}

bool isOneOf(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// "*", "*-x", "*x" or a label.
bool isWildcardLabel(std::string_view text) {
  if (text.starts_with("*"))
    text.remove_prefix(text.starts_with("*-") ? 2 : 1);
  else
    return isDnsLabel(text);
  return text.empty() || isDnsLabel(text);
}

std::string badLength(std::string_view domain) {
  if (domain.empty()) return "an empty domain name is not allowed";
  if (domain.size() > 255)
    return "the domain name " + quoted(domain.substr(0, 40)) + "… is longer than 255 characters";
  return {};
}

std::string badDnsLabels(std::string_view domain) {
  const auto lastDot = domain.rfind('.');
  const std::string_view top = lastDot == std::string_view::npos ? domain : domain.substr(lastDot + 1);
  if (isNumber(top))
    return "the domain name " + quoted(domain) + " is invalid: its last label " + quoted(top) +
           " is all digits";
  for (std::string_view rest = domain;;) {
    const auto dot = std::min(rest.find('.'), rest.size());
    const std::string_view label = rest.substr(0, dot);
    const bool last = dot == rest.size();
    if (last && label.empty()) return {};  // "istio.io." is unambiguous
    if (!isDnsLabel(label))
      return "the domain name " + quoted(domain) + " is invalid: the label " + quoted(label) +
             " is no DNS label";
    if (last) return {};
    rest.remove_prefix(dot + 1);
  }
}

bool isLabelPart(std::string_view text) {
  if (text.empty() || text.size() > 63 || !alnum(text.front()) || !alnum(text.back())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool isLabelKey(std::string_view key) {
  const auto slash = key.find('/');
  if (slash == std::string_view::npos) return isLabelPart(key);
  return badFqdn(key.substr(0, slash)).empty() && isLabelPart(key.substr(slash + 1));
}

}  // namespace

bool isNumber(std::string_view text) {
  return !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool isDnsLabel(std::string_view text) {
  if (text.empty() || text.size() > 63 || !alnum(text.front()) || !alnum(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return alnum(c) || c == '-'; });
}

bool isIpAddress(std::string_view text) {
  const std::string address(text);
  unsigned char buffer[16];
  return inet_pton(AF_INET, address.c_str(), buffer) == 1 ||
         inet_pton(AF_INET6, address.c_str(), buffer) == 1;
}

std::string badFqdn(std::string_view domain) {
  const std::string length = badLength(domain);
  return length.empty() ? badDnsLabels(domain) : length;
}

std::string badWildcardDomain(std::string_view domain) {
  if (const std::string length = badLength(domain); !length.empty()) return length;
  const auto dot = domain.find('.');
  const std::string_view first = domain.substr(0, dot);
  if (!isWildcardLabel(first))
    return "the domain name " + quoted(domain) + " is invalid: the label " + quoted(first) +
           " is no DNS label";
  return dot == std::string_view::npos ? std::string() : badDnsLabels(domain.substr(dot + 1));
}

std::string badGatewayBoundDomain(bool sni, std::string_view domain) {
  if (sni && domain.starts_with("outbound_.")) {  // names that Pilot makes: outbound_.80_.v1_.host
    static const RE2 kGenerated("outbound_.([0-8].*).*");
    return RE2::PartialMatch(domain, kGenerated) ? std::string()
                                                 : "the generated name " + quoted(domain) + " has no port";
  }
  return badWildcardDomain(domain);
}

std::string badIpOrSubnet(std::string_view text) {
  if (std::count(text.begin(), text.end(), '/') != 1)
    return isIpAddress(text) ? std::string() : quoted(text) + " is no IP address";
  const auto slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const std::string_view bits = text.substr(slash + 1);
  const int most = address.find(':') == std::string_view::npos ? 32 : 128;
  const bool good = isIpAddress(address) && isNumber(bits) && bits.size() <= 3 &&
                    std::stoi(std::string(bits)) <= most && (bits.size() == 1 || bits[0] != '0');
  return good ? std::string() : quoted(text) + " is no CIDR block";
}

std::string badPort(std::int64_t port) {
  return port >= 1 && port <= 65535 ? std::string()
                                    : "the port " + std::to_string(port) + " is not in the range 1 to 65535";
}

std::string badUnixAddress(std::string_view path) {
  if (path.empty()) return "the unix socket needs a path";
  if (path.starts_with("@")) return {};
  return path.starts_with("/") && !path.ends_with("/") ? std::string()
                                                       : quoted(path) + " is no absolute path of a file";
}

std::string badLabels(const resource::Value& labels) {
  for (const auto& [key, mark, value] : labels.entries()) {
    if (!isLabelKey(key)) return "the label key " + quoted(key) + " is invalid";
    const std::string text = value.text();
    if (!text.empty() && !isLabelPart(text)) return "the label value " + quoted(text) + " is invalid";
  }
  return {};
}

std::string badRegex(std::string_view pattern) {
  if (pattern.empty()) return "an empty pattern matches nothing";
  if (pattern.size() > 1024) return "the pattern is longer than 1024 characters";
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 compiled(re2::StringPiece(pattern.data(), pattern.size()), options);
  return compiled.ok() ? std::string() : "the pattern is no RE2 expression: " + compiled.error();
}

std::string badPartialWildcard(std::string_view host) {
  const bool partial =
      host.find('*') != std::string_view::npos && host.size() != 1 && !host.starts_with("*.");
  return partial ? "the partial wildcard " + quoted(host) + " is not allowed" : std::string();
}

std::string badNamespaceHost(std::string_view text, bool gateway, bool internalGateway) {
  const auto slash = text.find('/');
  std::string_view host = text;
  if (slash != std::string_view::npos) {
    const std::string_view ns = text.substr(0, slash);
    host = text.substr(slash + 1);
    if (ns.empty() || host.empty()) return quoted(text) + ": neither the namespace nor the host may be empty";
    const bool nobody = ns == "~" && (!gateway || internalGateway);
    if (ns != "*" && ns != "." && !nobody && !isDnsLabel(ns))
      return "the namespace " + quoted(ns) + " is invalid";
  } else if (!gateway) {
    return quoted(text) + " must have the form namespace/host";
  }
  if (host != "*" && host.find('.') == std::string_view::npos && !(gateway && isIpAddress(host))) {
    return quoted(host) + " is a short name; write the full name";
  }
  if (!(gateway && isIpAddress(host))) {
    if (std::string bad = badWildcardDomain(host); !bad.empty()) return bad;
  }
  return badPartialWildcard(host);
}

bool isHttpProtocol(std::string_view protocol) {
  return isOneOf(upper(protocol), {"HTTP", "HTTP2", "GRPC", "GRPC-WEB", "HTTP_PROXY", "HBONE"});
}
bool isTlsProtocol(std::string_view protocol) {
  return isOneOf(upper(protocol), {"HTTPS", "TLS"});
}
bool isTcpProtocol(std::string_view protocol) {
  return isOneOf(upper(protocol), {"TCP", "HTTPS", "TLS", "MONGO", "REDIS", "MYSQL"});
}
bool isKnownProtocol(std::string_view protocol) {
  return isHttpProtocol(protocol) || isTcpProtocol(protocol) ||
         isOneOf(upper(protocol), {"UDP", "DOUBLEHBONE"});
}

bool hostMatches(std::string_view a, std::string_view b) {
  const bool wildA = a.starts_with("*");
  const bool wildB = b.starts_with("*");
  if (wildA && wildB) {
    const auto shorter = a.size() < b.size() ? a : b;
    const auto longer = a.size() < b.size() ? b : a;
    return longer.substr(1).ends_with(shorter.substr(1));
  }
  if (wildA) return b.ends_with(a.substr(1));
  if (wildB) return a.ends_with(b.substr(1));
  return a == b;
}

bool hostSubsetOf(std::string_view host, std::string_view of) {
  const bool wildHost = host.starts_with("*");
  if (!of.starts_with("*")) return !wildHost && host == of;
  if (wildHost) return host.size() >= of.size() && host.substr(1).ends_with(of.substr(1));
  return host.ends_with(of.substr(1));
}

}  // namespace varka::galley
