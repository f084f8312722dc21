#include "core/xds/delta_server.h"

#include <algorithm>
#include <array>

namespace varka::xds {
namespace {

/// Make before break: what is pointed at goes out before what points at it.
constexpr std::array<std::string_view, 6> kPushOrder = {kClusterType, kEndpointType, kListenerType,
                                                        kRouteType,   kSecretType,   kNameTableType};
/// Break after make: what points goes away before what it points at. The other types lose their resources when the
/// client unsubscribes, or in the first wave.
constexpr std::array<std::string_view, 3> kRemovalOrder = {kListenerType, kClusterType, kEndpointType};
constexpr std::chrono::seconds kRemovalPatience{5};

bool removedInSecondWave(std::string_view typeUrl) {
  return std::find(kRemovalOrder.begin(), kRemovalOrder.end(), typeUrl) != kRemovalOrder.end();
}

bool mayBeWildcardByDefault(std::string_view typeUrl) {
  return typeUrl == kListenerType || typeUrl == kClusterType;
}

const Snapshot kEmptySnapshot;

}  // namespace

const Snapshot::Resources& DeltaServer::resourcesOf(const std::string& typeUrl) const {
  return (snapshot_ ? *snapshot_ : kEmptySnapshot).of(typeUrl);
}

// --- requests ------------------------------------------------------------------------------------
Result<std::vector<DeltaResponse>> DeltaServer::handle(const DeltaRequest& request, Clock::time_point now) {
  if (!node_) {
    if (!request.node) return fail("the first request of a stream must carry the node");  // rule 1
    node_ = request.node;
  }
  if (request.typeUrl.empty()) return fail("a request must name its typeUrl");
  const auto [entry, isNew] = types_.try_emplace(request.typeUrl);
  TypeState& state = entry->second;
  if (!isNew && !request.initialVersions.empty())
    return fail("initialResourceVersions may appear only in the first request of a type");  // rule 4
  subscribe(request, state);
  if (!request.responseNonce.empty()) acknowledge(request, state, now);
  return flush(now);
}

void DeltaServer::subscribe(const DeltaRequest& request, TypeState& state) {
  if (state.first) {
    state.first = false;
    state.answerOwed = true;
    state.sent = request.initialVersions;
    // Rule 3: an empty first subscription of listeners or clusters means all of them.
    if (request.subscribe.empty() && mayBeWildcardByDefault(request.typeUrl)) state.wildcard = true;
  }
  for (const auto& name : request.subscribe) {
    if (name == "*") {
      state.wildcard = true;
      continue;
    }
    // Rule 5: naming it again forces a resend; a first naming of something the wildcard brought does not.
    if (!state.names.insert(name).second) state.force.insert(name);
    state.absent.erase(name);
  }
  const auto& available = resourcesOf(request.typeUrl);
  for (const auto& name : request.unsubscribe) {
    if (name == "*") {
      state.wildcard = false;
      std::erase_if(state.sent, [&](const auto& each) { return !state.names.contains(each.first); });
      continue;
    }
    state.names.erase(name);
    state.absent.erase(name);
    state.force.erase(name);
    if (!state.wildcard) {
      state.sent.erase(name);
    } else {  // rule 9: say whether it is still in the set
      state.sent.try_emplace(name, std::string());
      if (available.contains(name)) state.force.insert(name);
    }
  }
}

void DeltaServer::acknowledge(const DeltaRequest& request, TypeState& state, Clock::time_point now) {
  const auto found = std::find_if(state.outstanding.begin(), state.outstanding.end(),
                                  [&](const Outstanding& each) { return each.nonce == request.responseNonce; });
  if (found == state.outstanding.end()) return;  // rule 8: stale, not an answer
  const std::string version = found->version;
  state.outstanding.erase(state.outstanding.begin(), found + 1);
  state.status.answeredAt = now;
  if (request.error) {
    state.status.lastError = request.error->message.empty() ? "refused without a reason" : request.error->message;
  } else {
    state.status.lastError.clear();
    state.status.acknowledgedVersion = version;
  }
}

// --- pushes --------------------------------------------------------------------------------------
std::vector<DeltaResponse> DeltaServer::setSnapshot(std::shared_ptr<const Snapshot> snapshot, std::string version,
                                                    Clock::time_point now) {
  snapshot_ = std::move(snapshot);
  version_ = std::move(version);
  removalsReleased_ = false;  // what goes now must not be pointed at by routes that are still to be sent
  return flush(now);
}

std::vector<DeltaResponse> DeltaServer::tick(Clock::time_point now) {
  return flush(now);
}

std::vector<DeltaResponse> DeltaServer::flush(Clock::time_point now) {
  std::vector<DeltaResponse> out;
  if (!snapshot_) return out;  // nothing to say yet; requests are remembered
  const auto send = [&](std::string_view typeUrl, bool removals) {
    const auto found = types_.find(std::string(typeUrl));
    if (found == types_.end()) return;
    if (auto response = respond(found->first, found->second, removals, now)) out.push_back(std::move(*response));
  };
  for (const auto typeUrl : kPushOrder) send(typeUrl, !removedInSecondWave(typeUrl));
  for (auto& [typeUrl, state] : types_)
    if (std::find(kPushOrder.begin(), kPushOrder.end(), typeUrl) == kPushOrder.end()) send(typeUrl, true);

  const bool removalsOwed = std::any_of(kRemovalOrder.begin(), kRemovalOrder.end(), [&](std::string_view typeUrl) {
    const auto found = types_.find(std::string(typeUrl));
    return found != types_.end() && owesRemovals(found->first, found->second);
  });
  if (!removalsOwed) {
    removalDeadline_.reset();
    return out;
  }
  if (!removalsReleased_) {
    if (!removalDeadline_) removalDeadline_ = now + kRemovalPatience;
    if (!routesSettled() && now < *removalDeadline_) return out;
    removalsReleased_ = true;
    removalDeadline_.reset();  // from here on only answers are waited for
  }
  for (const auto typeUrl : kRemovalOrder) send(typeUrl, true);
  return out;
}

bool DeltaServer::owesChanges(const std::string& typeUrl, const TypeState& state) const {
  const auto& available = resourcesOf(typeUrl);
  const auto differs = [&](const std::string& name, const Resource& resource) {
    const auto sent = state.sent.find(name);
    return sent == state.sent.end() || sent->second != resource.version || state.force.contains(name);
  };
  if (state.answerOwed) return true;
  if (state.wildcard &&
      std::any_of(available.begin(), available.end(), [&](const auto& each) { return differs(each.first, each.second); }))
    return true;
  return std::any_of(state.names.begin(), state.names.end(), [&](const std::string& name) {
    const auto found = available.find(name);
    return found == available.end() ? !state.absent.contains(name) && !state.sent.contains(name) : differs(name, found->second);
  });
}

bool DeltaServer::owesRemovals(const std::string& typeUrl, const TypeState& state) const {
  const auto& available = resourcesOf(typeUrl);
  return std::any_of(state.sent.begin(), state.sent.end(), [&](const auto& each) { return !available.contains(each.first); });
}

std::optional<DeltaResponse> DeltaServer::respond(const std::string& typeUrl, TypeState& state, bool removals, Clock::time_point now) {
  // Coalescing: while a response is unanswered, what changes waits; the newest snapshot replaces what waited.
  if (state.first || !state.outstanding.empty()) return std::nullopt;
  DeltaResponse response;
  const auto& available = resourcesOf(typeUrl);
  const auto consider = [&](const std::string& name, const Resource& resource) {
    const auto sent = state.sent.find(name);
    if (sent != state.sent.end() && sent->second == resource.version && !state.force.contains(name)) return;
    state.sent.insert_or_assign(name, resource.version);
    state.absent.erase(name);
    response.resources.push_back(resource);
  };
  if (state.wildcard)
    for (const auto& [name, resource] : available) consider(name, resource);
  for (const auto& name : state.names) {
    const auto found = available.find(name);
    if (found != available.end()) {
      if (!state.wildcard) consider(name, found->second);
    } else if (!state.sent.contains(name) && state.absent.insert(name).second) {
      response.removed.push_back(name);  // rule 7: answered at once, remembered as a wish
    }
  }
  if (removals) {
    for (auto each = state.sent.begin(); each != state.sent.end();) {
      if (available.contains(each->first)) {
        ++each;
        continue;
      }
      response.removed.push_back(each->first);
      if (state.names.contains(each->first)) state.absent.insert(each->first);
      each = state.sent.erase(each);
    }
  }
  if (response.resources.empty() && response.removed.empty() && !state.answerOwed) return std::nullopt;
  state.answerOwed = false;
  state.force.clear();
  response.typeUrl = typeUrl;
  response.systemVersionInfo = version_;
  response.nonce = std::to_string(nextNonce_++);
  response.controlPlane = controlPlane_;
  state.outstanding.push_back({response.nonce, version_});
  state.status.version = version_;
  state.status.sentAt = now;
  return response;
}

bool DeltaServer::routesSettled() const {
  const auto found = types_.find(std::string(kRouteType));
  return found == types_.end() || (found->second.outstanding.empty() && !owesChanges(found->first, found->second));
}

// --- status --------------------------------------------------------------------------------------
std::map<std::string, TypeStatus> DeltaServer::status() const {
  std::map<std::string, TypeStatus> all;
  for (const auto& [typeUrl, state] : types_) {
    TypeStatus& status = all[typeUrl] = state.status;
    status.sent = state.sent.size();
    using State = TypeStatus::State;
    if (!status.sentAt) status.state = State::NotSent;
    else if (!state.outstanding.empty()) status.state = State::Stale;
    else status.state = status.lastError.empty() ? State::Synced : State::Nacked;
  }
  return all;
}

bool DeltaServer::settled() const {
  return snapshot_ && std::all_of(types_.begin(), types_.end(), [&](const auto& each) {
           const auto& [typeUrl, state] = each;
           return state.outstanding.empty() && !owesChanges(typeUrl, state) && !owesRemovals(typeUrl, state);
         });
}

}  // namespace varka::xds
