#include "core/xds/delta_client.h"

#include <algorithm>

namespace varka::xds {

DeltaClient::TypeState& DeltaClient::state(std::string_view typeUrl) {
  const auto found = types_.find(typeUrl);
  if (found != types_.end()) return found->second;
  order_.emplace_back(typeUrl);
  return types_[std::string(typeUrl)];
}

void DeltaClient::subscribeAll(std::string_view typeUrl) {
  state(typeUrl).wildcard = true;
}

void DeltaClient::setNames(std::string_view typeUrl, const std::set<std::string>& names) {
  if (names.empty() && !types_.contains(typeUrl)) return;  // nothing ever wanted: no sub-stream
  TypeState& type = state(typeUrl);
  for (const auto& name : names)
    if (!type.names.contains(name)) type.add.insert(name), type.drop.erase(name);
  for (const auto& name : type.names) {
    if (names.contains(name)) continue;
    type.add.erase(name);
    type.drop.insert(name);
    type.versions.erase(name);
  }
  type.names = names;
}

void DeltaClient::resubscribe(std::string_view typeUrl, const std::string& name) {
  TypeState& type = state(typeUrl);
  if (!type.names.contains(name)) return;
  type.add.insert(name);
  type.versions.erase(name);  // should the stream break before the answer, the next one must bring it too
}

void DeltaClient::streamOpened() {
  nodeSent_ = false;
  for (auto& [typeUrl, type] : types_) {
    type.opened = false;
    type.drop.clear();
  }
}

std::vector<DeltaRequest> DeltaClient::requests() {
  std::vector<DeltaRequest> out;
  for (const auto& typeUrl : order_) {
    TypeState& type = types_[typeUrl];
    DeltaRequest request;
    request.typeUrl = typeUrl;
    if (!type.opened) {
      if (!type.wildcard && type.names.empty()) continue;
      if (type.wildcard) request.subscribe.emplace_back("*");
      request.subscribe.insert(request.subscribe.end(), type.names.begin(), type.names.end());
      request.initialVersions = type.versions;
      type.opened = true;
    } else {
      if (type.add.empty() && type.drop.empty()) continue;
      request.subscribe.assign(type.add.begin(), type.add.end());
      request.unsubscribe.assign(type.drop.begin(), type.drop.end());
    }
    type.add.clear();
    type.drop.clear();
    if (!nodeSent_) request.node = node_, nodeSent_ = true;
    out.push_back(std::move(request));
  }
  return out;
}

DeltaRequest DeltaClient::answer(const DeltaResponse& response, const std::set<std::string>& rejected, const std::string& error) {
  TypeState& type = state(response.typeUrl);
  for (const auto& resource : response.resources)
    if (!rejected.contains(resource.name)) type.versions[resource.name] = resource.version;
  for (const auto& name : response.removed) type.versions.erase(name);
  DeltaRequest request;
  request.typeUrl = response.typeUrl;
  request.responseNonce = response.nonce;
  if (!error.empty()) request.error = ErrorDetail{3, error};
  return request;
}

const std::map<std::string, std::string>& DeltaClient::versions(std::string_view typeUrl) const {
  static const std::map<std::string, std::string> kNone;
  const auto found = types_.find(typeUrl);
  return found == types_.end() ? kNone : found->second.versions;
}

}  // namespace varka::xds
