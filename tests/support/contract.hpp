// SPDX-License-Identifier: Apache-2.0
// Whether a wrong call ends in `require`, seen from a process of its own.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

template <class Call>
bool breaks_contract(Call&& call) {
  auto const child = ::fork();
  if (child == 0) {
    ::close(2);
    std::signal(SIGABRT, SIG_DFL);  // the test's own handler would report it
    call();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}
