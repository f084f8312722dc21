#include "proxy/server/memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace varka::proxy {
namespace {

/// Segments that cannot be written hold nothing of ours: every page is the file's.
int dropSegments(dl_phdr_info* module, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const auto& header = module->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) != 0) continue;
    const std::uintptr_t begin = (module->dlpi_addr + header.p_vaddr) & ~(page - 1);
    const std::uintptr_t end = (module->dlpi_addr + header.p_vaddr + header.p_memsz + page - 1) & ~(page - 1);
    // A failure (the vdso refuses) costs nothing.
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void releaseStartupMemory() {
  malloc_trim(0);
  dl_iterate_phdr(dropSegments, nullptr);
}

}  // namespace varka::proxy
