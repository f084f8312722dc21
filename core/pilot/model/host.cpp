#include "core/pilot/model/host.h"

#include <algorithm>

namespace varka::pilot {

namespace {
char lowerChar(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
}  // namespace

std::string lowerCased(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lowerChar);
  return out;
}

bool isWildcard(std::string_view host) {
  return !host.empty() && host.front() == '*';
}

bool hostsMatch(std::string_view a, std::string_view b) {
  if (a == "*" || b == "*") return true;
  const bool wildA = isWildcard(a);
  const bool wildB = isWildcard(b);
  if (wildA && wildB) {
    const std::string_view longer = a.size() >= b.size() ? a : b;
    const std::string_view shorter = a.size() >= b.size() ? b : a;
    return longer.substr(1).ends_with(shorter.substr(1));
  }
  if (wildA) return b.ends_with(a.substr(1));
  if (wildB) return a.ends_with(b.substr(1));
  return a == b;
}

bool subsetOf(std::string_view a, std::string_view b) {
  if (b == "*") return true;
  const bool wildA = isWildcard(a);
  const bool wildB = isWildcard(b);
  if (wildA) {
    if (!wildB || a.size() < b.size()) return false;
    return a.substr(1).ends_with(b.substr(1));
  }
  return wildB ? a.ends_with(b.substr(1)) : a == b;
}

bool moreSpecific(std::string_view a, std::string_view b) {
  const bool wildA = isWildcard(a);
  const bool wildB = isWildcard(b);
  if (wildA != wildB) return wildB;
  if (a.size() != b.size()) return a.size() > b.size();
  return a < b;
}

std::vector<std::string> intersection(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> out;
  for (const std::string& left : a) {
    for (const std::string& right : b) {
      if (subsetOf(left, right)) {
        out.push_back(left);
      } else if (subsetOf(right, left)) {
        out.push_back(right);
      }
    }
  }
  std::sort(out.begin(), out.end(), moreSpecific);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace varka::pilot
