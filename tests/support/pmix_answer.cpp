// SPDX-License-Identifier: Apache-2.0
// For LD_PRELOAD of Open MPI 4's mpirun: takes the place of a function of its PMIx (seen in 4.2.2). A rank greets the launcher
// and waits for two answers. Where it was killed meanwhile, the second cannot be sent; PMIx then releases its record of the
// rank once too often, and at its own end waits for ever for the mutex in memory that it has freed. Here an answer is always
// sent, as far as it goes: that nobody is there, the launcher learns where it reads, as of a rank that dies a moment later.
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>

/// For the launcher alone: a rank that is built with a sanitizer wants that to be loaded first.
[[gnu::constructor]] static void keep_from_ranks() { ::unsetenv("LD_PRELOAD"); }

extern "C" int pmix_ptl_base_send_blocking(int socket, char const* bytes, std::size_t size) {
  while (size > 0) {
    auto const sent = ::send(socket, bytes, size, MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes += sent;
      size -= std::size_t(sent);
    } else if (errno != EINTR && errno != EAGAIN) {
      break;
    }
  }
  return 0;  // PMIX_SUCCESS
}
