#include "core/pki/spiffe.h"

#include <algorithm>
#include <array>

namespace varka::pki {
namespace {

constexpr std::string_view kScheme = "spiffe://";
constexpr std::size_t kMaxLength = 2048;  // SPIFFE-ID §2.3

bool isDomainCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}
bool isSegmentCharacter(char c) {
  return isDomainCharacter(c) || (c >= 'A' && c <= 'Z');
}
bool isSegment(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && std::all_of(text.begin(), text.end(), isSegmentCharacter);
}

}  // namespace

std::string SpiffeId::uri() const {
  return std::string(kScheme) + principal();
}

std::string SpiffeId::principal() const {
  return trustDomain + "/ns/" + namespace_ + "/sa/" + serviceAccount;
}

Result<SpiffeId> SpiffeId::parse(std::string_view uri) {
  const auto wrong = [&](std::string_view why) { return fail("\"" + std::string(uri) + "\" is not a SPIFFE id: " + std::string(why)); };
  if (uri.size() > kMaxLength) return fail("a SPIFFE id is at most 2048 bytes long");
  if (!uri.starts_with(kScheme)) return wrong("it must start with spiffe://");
  std::array<std::string_view, 5> parts;  // domain, "ns", namespace, "sa", account
  std::string_view rest = uri.substr(kScheme.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto slash = rest.find('/');
    if ((slash == std::string_view::npos) != (i == parts.size() - 1)) return wrong("it must be spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT");
    parts[i] = rest.substr(0, slash);
    rest.remove_prefix(i == parts.size() - 1 ? rest.size() : slash + 1);
  }
  const auto& [domain, ns, name, sa, account] = parts;
  if (domain.empty() || !std::all_of(domain.begin(), domain.end(), isDomainCharacter)) return wrong("its trust domain is not lower case letters, digits, '.', '-', '_'");
  if (ns != "ns" || sa != "sa") return wrong("it must be spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT");
  if (!isSegment(name) || !isSegment(account)) return wrong("a part of its path is empty or has characters that are not allowed");
  return SpiffeId{std::string(domain), std::string(name), std::string(account)};
}

}  // namespace varka::pki
