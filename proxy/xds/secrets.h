#pragma once
// TLS contexts with their secrets filled in. Pure but for files that a data source names.

#include "core/base/result.h"
#include "proxy/xds/runtime_config.h"

namespace varka::proxy {

/// Reads and checks certificate, key or roots: broken PEM and a key of another certificate are refused.
[[nodiscard]] Result<SecretPtr> resolveSecret(const xds::Secret& secret, std::string version);
/// The same content keeps `old`. nullptr for a raw buffer.
[[nodiscard]] TlsPtr resolveTls(const xds::TransportSocket& socket, const Secrets& secrets, const TlsPtr& old);

}  // namespace varka::proxy
