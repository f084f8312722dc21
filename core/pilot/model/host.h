#pragma once
// The algebra of host names in Istio's configuration: exact names, "*", "*.suffix". Pure functions on text.

#include <string>
#include <string_view>
#include <vector>

namespace varka::pilot {

[[nodiscard]] bool isWildcard(std::string_view host);
/// Symmetric: do the two names have a name in common? "*.foo.com" and "a.foo.com": yes; "foo.com": no.
[[nodiscard]] bool hostsMatch(std::string_view a, std::string_view b);
/// Is every name of `a` a name of `b`?
[[nodiscard]] bool subsetOf(std::string_view a, std::string_view b);
/// Order of specificity: exact names before wildcards, longer before shorter, then alphabetically.
[[nodiscard]] bool moreSpecific(std::string_view a, std::string_view b);
/// The narrower of each matching pair, without repetitions, most specific first.
[[nodiscard]] std::vector<std::string> intersection(const std::vector<std::string>& a,
                                                    const std::vector<std::string>& b);
[[nodiscard]] std::string lowerCased(std::string_view text);

}  // namespace varka::pilot
