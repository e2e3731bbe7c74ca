// SPDX-License-Identifier: Apache-2.0
// Runs a program behind walls, without help from any other program and with or without privilege: namespaces where the
// machine gives them, a private root, a user that owns nothing, resource limits, Landlock, a system call filter. What the
// machine allows is found out by trying; too little is an error, not a silent weakening. Residual risk: a hole in the kernel.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/evaluate/landlock.hpp>
#include <snowcoder/evaluate/private_root.hpp>
#include <snowcoder/evaluate/system_call_filter.hpp>
#include <snowcoder/evaluate/walls.hpp>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::evaluate {

class sandbox {
 public:
  /// Finds the strongest walls of this machine by running `probe` (a program that ends at once with status 0) behind them.
  /// Fails when they are not enough for untrusted code, unless `allow_weaker`. Inside, the folder `packages` can be read too,
  /// if one is named.
  static expected<sandbox> open(std::vector<std::string> const& probe, limits bounds, bool allow_weaker = false,
                                std::string const& packages = {}) {
    constexpr int rest = CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
    std::string tried;
    error last{"no walls", {}, {}};
    for (int flags : {CLONE_NEWUSER | CLONE_NEWNS | rest, CLONE_NEWNS | rest, rest, 0}) {
      if (flags && !(flags & CLONE_NEWUSER) && ::geteuid() != 0) continue;
      SNOWCODER_TRY(auto box, make(flags, bounds, packages));
      auto const child = box.spawn(probe, {});
      if (!child) {
        last = child.error();
        tried += (tried.empty() ? "" : "; ") + last.what;
        continue;
      }
      int status = 0;
      ::waitpid(*child, &status, 0);
      if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        tried += (tried.empty() ? "" : "; ") + ("the probe did not end well: " + probe.front());
        continue;
      }
      box.probed_ = true;
      if (box.walls_.enough() || allow_weaker) return box;
      tried += std::string(tried.empty() ? "" : "; ") + "neither a private root nor Landlock";
    }
    return failure("this machine does not allow a safe sandbox for untrusted code: " + tried, "sandbox",
                   "run as root outside of a chroot, or allow user namespaces; --allow-weaker-sandbox runs without file walls, "
                   "only for code that you trust");
  }

  walls const& standing() const { return walls_; }
  limits const& bounds() const { return bounds_; }
  /// Where the packages are, seen from inside; empty without.
  std::string packages() const { return packages_.empty() || !walls_.private_root ? packages_ : private_root::packages; }
  /// The system call filter of an untrusted program, which a nursery hands to its children.
  std::vector<sock_filter> const& filter() const { return filter_; }

  /// Starts argv[0] (an absolute path) with descriptors[i] as its descriptor i and nothing else open. The caller owns the
  /// child: kill it with SIGKILL (all of it dies) and wait for it. It dies by itself when the calling thread dies. It is a
  /// nursery: it may fork, and the strict filter and the limits on processor time and tasks are its children's to set.
  expected<pid_t> spawn(std::vector<std::string> const& argv, std::vector<int> const& descriptors) {
    child_plan plan{*this, {}, descriptors, {-1, -1}, {-1, -1}, 0, 0};
    for (auto const& a : argv) plan.argv.push_back(const_cast<char*>(a.c_str()));
    plan.argv.push_back(nullptr);
    bool const root = ::geteuid() == 0;
    // A user of its own for every child of root, so that limits on tasks are not shared; nobody where ids are scarce.
    constexpr uid_t nobody = 65534;
    plan.outer = root ? (spare_users_ ? 1'900'000'000 + next_user_++ % 65'536 : nobody) : ::getuid();
    plan.inner = flags_ & CLONE_NEWUSER ? nobody : plan.outer;
    if (::pipe2(plan.go, O_CLOEXEC) != 0) return failure(system_error("pipe"));
    if (::pipe2(plan.report, O_CLOEXEC) != 0) {
      auto e = system_error("pipe");
      close_all({plan.go[0], plan.go[1]});
      return failure(std::move(e));
    }
    auto const pid = pid_t(::syscall(SYS_clone, long(flags_ | SIGCHLD), nullptr, nullptr, nullptr, 0));
    if (pid == 0) plan.live();  // never returns
    if (pid < 0) {
      auto e = system_error("clone");
      close_all({plan.go[0], plan.go[1], plan.report[0], plan.report[1]});
      return failure("no new process or namespace: " + e.what, "sandbox");
    }
    close_all({plan.go[0], plan.report[1]});
    bool mapped = true;
    if (flags_ & CLONE_NEWUSER) mapped = map_users(pid, plan.inner, plan.outer, root);
    bool const told = mapped && ::write(plan.go[1], "g", 1) == 1;
    outcome said{stage::start, 0, 0};
    ssize_t got = 0;
    if (told) do
        got = ::read(plan.report[0], &said, sizeof said);
      while (got < 0 && errno == EINTR);
    outcome last = said;
    if (got == sizeof said && said.at == stage::ready)  // then the pipe ends with exec, or says why not
      if (::read(plan.report[0], &last, sizeof last) != ssize_t(sizeof last)) last.at = stage::ready;
    close_all({plan.go[1], plan.report[0]});
    if (got == sizeof said && last.at == stage::ready) {
      if (!probed_) walls_.landlock = said.landlock;
      return pid;
    }
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    if ((!mapped || last.at == stage::user) && root && spare_users_) {
      spare_users_ = false;
      return spawn(argv, descriptors);
    }
    return failure(
        std::string("could not ") + describe(last.at) + (last.error ? std::string(": ") + std::strerror(last.error) : ""),
        "sandbox");
  }

 private:
  enum class stage : int { start, user, root, limit, landlock, filter, ready, exec };
  struct outcome {
    stage at;
    int error, landlock;
  };
  static char const* describe(stage s) {
    switch (s) {
      case stage::start:
        return "set up user ids";
      case stage::user:
        return "change to a user without rights";
      case stage::root:
        return "make a private root";
      case stage::limit:
        return "set resource limits";
      case stage::landlock:
        return "confine files";
      case stage::filter:
        return "load the system call filter";
      default:
        return "start the program";
    }
  }

  /// What the child needs, all of it prepared: between clone and exec it allocates nothing.
  struct child_plan {
    sandbox const& box;
    std::vector<char*> argv;
    std::vector<int> const& descriptors;
    int go[2], report[2];
    uid_t inner, outer;

    [[noreturn]] void fail(stage at) const { tell(at, errno, 0), ::_exit(127); }
    void tell(stage at, int code, int landlock) const {
      outcome const o{at, code, landlock};
      if (::write(report[1], &o, sizeof o) != sizeof o) ::_exit(127);
    }
    bool become() const {
      if (::geteuid() == 0 || (box.flags_ & CLONE_NEWUSER && box.root_))
        if (::syscall(SYS_setgroups, 0, nullptr) != 0) return false;
      return ::syscall(SYS_setresgid, inner, inner, inner) == 0 && ::syscall(SYS_setresuid, inner, inner, inner) == 0;
    }
    [[noreturn]] void live() const;
  };

  static expected<sandbox> make(int flags, limits bounds, std::string const& packages) {
    sandbox box(flags, bounds, packages);
    belongings const own{.processes = bool(flags & CLONE_NEWPID), .files = bool(flags & CLONE_NEWNS)};
    SNOWCODER_TRY(box.filter_, system_call_filter(own, tenant::program));
    SNOWCODER_TRY(box.nursery_filter_, system_call_filter(own, tenant::nursery));
    bool const root = box.root_;
    box.walls_ = {.seccomp = true,
                  .limits = true,
                  .other_user = root,
                  .user_namespace = bool(flags & CLONE_NEWUSER),
                  .process_namespace = bool(flags & CLONE_NEWPID),
                  .network_namespace = bool(flags & CLONE_NEWNET),
                  .ipc_namespace = bool(flags & CLONE_NEWIPC),
                  .private_root = bool(flags & CLONE_NEWNS),
                  .landlock = false};
    return box;
  }
  sandbox(int flags, limits bounds, std::string const& packages)
      : flags_(flags), bounds_(bounds), packages_(packages), place_(bounds.folder_bytes, packages), root_(::geteuid() == 0) {}

  static void close_all(std::initializer_list<int> files) {
    for (int f : files) ::close(f);
  }
  static bool map_users(pid_t pid, uid_t inner, uid_t outer, bool root) {
    auto put = [&](char const* name, std::string const& text) {
      auto const path = "/proc/" + std::to_string(pid) + "/" + name;
      int const file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
      bool const done = file >= 0 && ::write(file, text.data(), text.size()) == ssize_t(text.size());
      if (file >= 0) ::close(file);
      return done;
    };
    auto const line = [&](uid_t id) { return std::to_string(inner) + " " + std::to_string(id) + " 1"; };
    return (root || put("setgroups", "deny")) && put("uid_map", line(outer)) && put("gid_map", line(root ? outer : ::getgid()));
  }

  int flags_;
  limits bounds_;
  std::string packages_;  ///< outside
  private_root place_;
  bool root_, probed_ = false, spare_users_ = true;
  std::uint32_t next_user_ = 0;
  std::vector<sock_filter> filter_, nursery_filter_;
  walls walls_;
};

inline void sandbox::child_plan::live() const {
  auto const& bounds = box.bounds_;
  bool const new_user = box.flags_ & CLONE_NEWUSER;
  for (int s = 1; s < 65; ++s) {
    struct {
      void* handler;
      unsigned long flags;
      void* restorer;
      std::uint64_t mask;
    } standard{};
    ::syscall(SYS_rt_sigaction, s, &standard, nullptr, 8);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setsid();

  char word = 0;
  ::close(go[1]);
  if (::read(go[0], &word, 1) != 1) ::_exit(127);  // the judge is gone, or could not map users
  if (new_user && !become()) fail(stage::user);
  if (box.flags_ & CLONE_NEWNS) {
    if (!box.place_.enter()) fail(stage::root);
  } else if (::chdir("/") != 0) {
    fail(stage::root);
  }
  if (!new_user && box.root_ && !become()) fail(stage::user);

  // Descriptors: first out of the way, then to their places; the report pipe closes itself on exec.
  int const count = int(descriptors.size());
  int moved[16];
  if (count > 16) fail(stage::exec);
  for (int i = 0; i < count; ++i)
    if ((moved[i] = ::fcntl(descriptors[std::size_t(i)], F_DUPFD, 32)) < 0) fail(stage::exec);
  int const voice = ::fcntl(report[1], F_DUPFD_CLOEXEC, count > 3 ? count : 3);
  int const lifeline = ::fcntl(go[0], F_DUPFD_CLOEXEC, count > 3 ? count : 3);
  if (voice < 0 || lifeline < 0) fail(stage::exec);
  for (int i = 0; i < count; ++i)
    if (::dup2(moved[i], i) < 0) fail(stage::exec);
  for (int fd = count; fd < 3; ++fd) ::close(fd);
  constexpr long close_range = 436;
  int const low = voice < lifeline ? voice : lifeline, high = voice < lifeline ? lifeline : voice;
  auto close_between = [](unsigned first, unsigned last) {
    if (first > last || ::syscall(close_range, first, last, 0) == 0) return;
    for (unsigned fd = first; fd <= last && fd < 65'536; ++fd) ::close(int(fd));
  };
  close_between(unsigned(count > 3 ? count : 3), unsigned(low - 1));
  close_between(unsigned(low + 1), unsigned(high - 1));
  close_between(unsigned(high + 1), ~0U);
  const_cast<child_plan*>(this)->report[1] = voice;

  auto limit = [](int what, std::int64_t value) {
    rlimit bound{};
    if (::getrlimit(__rlimit_resource(what), &bound) != 0) return false;
    bound.rlim_max = bound.rlim_cur = bound.rlim_max < rlim_t(value) ? bound.rlim_max : rlim_t(value);
    return ::setrlimit(__rlimit_resource(what), &bound) == 0;
  };
  if (!limit(RLIMIT_AS, bounds.memory) || !limit(RLIMIT_FSIZE, bounds.file_bytes) || !limit(RLIMIT_NOFILE, bounds.open_files) ||
      !limit(RLIMIT_CORE, 0) || !limit(RLIMIT_MEMLOCK, 0) || !limit(RLIMIT_MSGQUEUE, 0))
    fail(stage::limit);

  for (int c = 0; c < 64; ++c) ::prctl(PR_CAPBSET_DROP, c, 0, 0, 0);  // refused without rights: then there are none to drop
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct nothing[2]{};
  if (::syscall(SYS_capset, &header, nothing) != 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail(stage::user);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  pollfd parent{lifeline, 0, 0};
  if (::poll(&parent, 1, 0) > 0 && (parent.revents & POLLHUP)) ::_exit(127);  // the judge died before that took hold

  char const* const packages = box.packages_.empty()      ? nullptr
                               : box.flags_ & CLONE_NEWNS ? private_root::packages
                                                          : box.packages_.c_str();
  char const* const readable[] = {"/usr", "/lib", "/lib64", "/bin", packages, nullptr};
  bool const confined = landlock::confine(readable, box.flags_ & CLONE_NEWNS ? "/tmp" : nullptr);
  if (box.probed_ && box.walls_.landlock && !confined) fail(stage::landlock);
  tell(stage::ready, 0, confined);
  auto const& filter = box.nursery_filter_;  // the strict one is for what it forks
  sock_fprog const program{static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())};
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) fail(stage::filter);
  static char const* const environment[] = {"PATH=/usr/bin", "HOME=/tmp",        "TMPDIR=/tmp",       "LANG=C.UTF-8",
                                            "TZ=UTC",        "PYTHONHASHSEED=0", "OMP_NUM_THREADS=1", nullptr};
  ::execve(argv[0], argv.data(), const_cast<char* const*>(environment));
  fail(stage::exec);
}

}  // namespace snowcoder::evaluate
