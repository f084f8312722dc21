#pragma once
// "Did you mean": the nearest of some known words. Pure, any thread.

#include <string>
#include <string_view>
#include <vector>

namespace varka::resource {

/// The candidate nearest to `word` (case ignored, at most a third of its letters wrong); "" when none is
/// near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);
/// "; did you mean \"retries\"?" or "".
std::string didYouMean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace varka::resource
