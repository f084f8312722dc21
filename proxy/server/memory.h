#pragma once
// Giving back what only the start needed. A sidecar is one of dozens on a desk.

namespace varka::proxy {

/// Returns free heap to the system and unmaps the clean pages of program and libraries that the start touched
/// (relocation tables, initialisers, parsers); what is used comes back by itself from the page cache. Any
/// thread.
void releaseStartupMemory();

}  // namespace varka::proxy
