#pragma once
// DeltaClient: the client's side of one xDS configuration source as a pure state machine. It remembers subscriptions
// and the versions it holds across streams, so that a reconnect resends nothing that is unchanged. One thread.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/xds/stream.h"

namespace varka::xds {

class DeltaClient {
 public:
  explicit DeltaClient(Node node) : node_(std::move(node)) {}

  /// Subscribe to everything of a type (LDS, CDS, NDS). Takes effect with the next requests().
  void subscribeAll(std::string_view typeUrl);
  /// The exact set of names wanted of a type (RDS, EDS, SDS): differences become subscribe and unsubscribe.
  void setNames(std::string_view typeUrl, const std::set<std::string>& names);
  /// Ask again for a subscribed name although we hold it (a changed cluster wants its assignment again).
  void resubscribe(std::string_view typeUrl, const std::string& name);

  /// A new stream: everything is subscribed anew with the versions held.
  void streamOpened();
  /// Requests that are due, in the order to send them; clears them.
  [[nodiscard]] std::vector<DeltaRequest> requests();

  /// Notes the versions in a response, except of the `rejected` names, and makes the ACK (or NACK with `error`).
  [[nodiscard]] DeltaRequest answer(const DeltaResponse& response, const std::set<std::string>& rejected, const std::string& error);

  [[nodiscard]] const std::map<std::string, std::string>& versions(std::string_view typeUrl) const;

 private:
  struct TypeState {
    bool wildcard = false;
    bool opened = false;  // the first request was made on this stream
    std::set<std::string> names;
    std::set<std::string> add, drop;
    std::map<std::string, std::string> versions;
  };
  TypeState& state(std::string_view typeUrl);

  Node node_;
  bool nodeSent_ = false;
  std::vector<std::string> order_;  // types in order of first subscription
  std::map<std::string, TypeState, std::less<>> types_;
};

}  // namespace varka::xds
