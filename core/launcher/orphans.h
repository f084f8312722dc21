#pragma once
// Reaps the processes that services left behind: the engine is their reaper (PR_SET_CHILD_SUBREAPER).
// Children that somebody else in this program waits for (QProcess) are reaped by them within a moment, so
// only what stays dead for two rounds is taken.

#include <cstdint>
#include <set>

namespace varka::launcher {

class OrphanReaper {
 public:
  /// `ours`: pids that the launcher waits for itself. Returns how many were reaped.
  int reap(const std::set<std::int64_t>& ours);

 private:
  std::set<std::int64_t> seen_;
};

}  // namespace varka::launcher
