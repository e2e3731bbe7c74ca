// SPDX-License-Identifier: Apache-2.0
// Which processors this process may use, and keeping a thread on one of them.
#pragma once

#include <sched.h>

#include <vector>

namespace snowcoder {

/// The processors that this process was started on, by number, ascending: what a launcher, taskset or a container left it. As
/// they were at the first call, whatever threads are kept to later; none where the system does not say.
inline std::vector<int> const& allowed_processors() {
  static std::vector<int> const all = [] {
    std::vector<int> found;
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return found;
    for (int i = 0; i < CPU_SETSIZE; ++i)
      if (CPU_ISSET(i, &set)) found.push_back(i);
    return found;
  }();
  return all;
}

/// Keeps the calling thread, and those that it starts, to these processors; false, and nothing changed, where the system
/// refuses.
inline bool keep_this_thread_on(std::vector<int> const& processors) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int p : processors) CPU_SET(p, &set);
  return ::sched_setaffinity(0, sizeof set, &set) == 0;
}

}  // namespace snowcoder
