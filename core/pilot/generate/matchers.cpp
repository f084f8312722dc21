#include "core/pilot/generate/matchers.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "core/pilot/model/host.h"

namespace varka::pilot {

using resource::Value;

namespace {

constexpr std::string_view kClaims = "@request.auth.claims";

xds::HeaderMatcher headerMatcher(std::string name, const Value& match) {
  xds::HeaderMatcher out;
  out.name = std::move(name);
  if (asksPresence(match)) {
    out.match = true;
  } else {
    out.match = stringMatcher(match);
  }
  return out;
}

// "@request.auth.claims.group.id" or "@request.auth.claims[group][id]" -> {group, id}.
std::optional<std::vector<std::string>> claimPath(std::string_view name) {
  if (!lowerCased(name.substr(0, kClaims.size())).starts_with(kClaims)) return std::nullopt;
  std::vector<std::string> out;
  std::string part;
  const std::string_view rest = name.substr(kClaims.size());
  const bool brackets = rest.starts_with('[');
  for (const char c : rest) {
    const bool border = brackets ? (c == '[' || c == ']') : c == '.';
    if (!border) {
      part += c;
    } else if (!part.empty()) {
      out.push_back(std::move(part));
      part.clear();
    }
  }
  if (!part.empty()) out.push_back(part);
  if (out.empty()) return std::nullopt;
  return out;
}

// A claim is a string, or a list that contains the string.
xds::MetadataMatcher claimMatcher(const std::vector<std::string>& path, const Value& match) {
  xds::MetadataMatcher out;
  out.filter = "envoy.filters.http.jwt_authn";
  out.path.push_back({"payload"});
  for (const std::string& part : path) out.path.push_back({part});
  if (asksPresence(match)) {
    out.value.match = xds::ValueMatcher::Present{true};
    return out;
  }
  xds::ValueMatcher text;
  text.match = stringMatcher(match);
  xds::ValueMatcher list;
  list.match = xds::ValueMatcher::ListOneOf{xds::Box<xds::ValueMatcher>(text)};
  xds::ValueMatcher::Or either;
  either.valueMatchers = {text, list};
  out.value.match = std::move(either);
  return out;
}

void addHeaders(const Value& headers, bool without, xds::RouteMatch& out) {
  for (const auto& entry : headers.entries()) {
    if (const auto claim = claimPath(entry.key)) {
      xds::MetadataMatcher matcher = claimMatcher(*claim, entry.value);
      matcher.invert = without;
      out.dynamicMetadata.push_back(std::move(matcher));
      continue;
    }
    xds::HeaderMatcher matcher = headerMatcher(entry.key, entry.value);
    matcher.invertMatch = without;
    matcher.treatMissingHeaderAsEmpty = without && !asksPresence(entry.value);
    out.headers.push_back(std::move(matcher));
  }
}

void addPath(const Value& uri, xds::RouteMatch& out) {
  if (uri.has("exact")) {
    out.path = xds::RouteMatch::Path{uri["exact"].text()};
  } else if (uri.has("prefix")) {
    out.path = xds::RouteMatch::Prefix{uri["prefix"].text()};
  } else if (uri.has("regex")) {
    out.path = xds::RegexMatcher{uri["regex"].text()};
  }
}

}  // namespace

xds::StringMatcher stringMatcher(const Value& match) {
  if (match.has("exact")) return xds::exactMatch(match["exact"].text());
  if (match.has("prefix")) return xds::prefixMatch(match["prefix"].text());
  if (match.has("regex")) return xds::regexMatch(match["regex"].text());
  return {};
}

bool asksPresence(const Value& match) {
  if (match.has("exact") || match.has("prefix")) return false;
  return !match.has("regex") || match["regex"].asString() == "*";
}

xds::RouteMatch routeMatch(const Value& match) {
  xds::RouteMatch out;
  out.path = xds::RouteMatch::Prefix{"/"};
  if (!match.isMap()) return out;
  addHeaders(match["headers"], false, out);
  addHeaders(match["withoutHeaders"], true, out);
  std::sort(out.headers.begin(), out.headers.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  addPath(match["uri"], out);
  out.caseSensitive = !match["ignoreUriCase"].asBool();
  for (const char* key : {"method", "authority", "scheme"}) {
    if (match.has(key)) out.headers.push_back(headerMatcher(std::string(":") + key, match[key]));
  }
  for (const auto& entry : match["queryParams"].entries()) {
    xds::QueryParameterMatcher matcher;
    matcher.name = entry.key;
    if (asksPresence(entry.value)) {
      matcher.match = true;
    } else {
      matcher.match = stringMatcher(entry.value);
    }
    out.queryParameters.push_back(std::move(matcher));
  }
  return out;
}

bool isCatchAll(const xds::RouteMatch& match) {
  if (!match.headers.empty() || !match.queryParameters.empty() || !match.dynamicMetadata.empty())
    return false;
  if (const auto* prefix = std::get_if<xds::RouteMatch::Prefix>(&match.path)) return prefix->value == "/";
  if (const auto* regex = std::get_if<xds::RegexMatcher>(&match.path)) return regex->regex == ".*";
  return false;
}

}  // namespace varka::pilot
