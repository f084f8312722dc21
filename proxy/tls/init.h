#pragma once
// OpenSSL's one-time set-up. Called first in main, before any thread.

namespace varka::proxy {

/// Without configuration files and error texts, which cost memory in every sidecar.
void initTls();
/// Error texts, when one is needed after all. Any thread.
void loadTlsErrorTexts();

}  // namespace varka::proxy
