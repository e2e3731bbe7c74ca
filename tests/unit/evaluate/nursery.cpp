// SPDX-License-Identifier: Apache-2.0
// One nursery forks the programs of many samples: none may find anything of an earlier one, reach the nursery, or outlive
// the judge, with whatever walls the machine allows. One worker, so that all samples of a test share their nurseries.
#include "support/catch.hpp"
#include "support/judged.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/core/enum_name.hpp>
#include <snowcoder/evaluate/judge.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

using namespace snowcoder;

namespace {
std::string contents(std::string const& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();  // of a process that is gone meanwhile, nothing
  return text.str();
}
/// The verdicts of whole programs of `add`, one after the other.
std::string verdicts(std::vector<std::string> const& programs, evaluate::limits bounds = patient()) {
  std::vector<sample> samples;
  for (auto const& p : programs) samples.push_back({"test/add", p, true});
  std::string all;
  for (auto const& v : judge({add_task()}, samples, 1, bounds)) {
    UNSCOPED_INFO(name_of(v.outcome) << " " << v.detail);
    all += std::string(all.empty() ? "" : " ") + std::string(name_of(v.outcome));
  }
  return all;
}
/// Tries to end the nursery, to make it slow, and to stay in its folder; an honest answer all the same.
std::string const intruder =
    "import ctypes, os, signal\n"
    "libc = ctypes.CDLL(None)\n"
    "for who in (os.getppid(), 1):\n"
    "    for sig in (signal.SIGKILL, signal.SIGINT, signal.SIGSTOP, signal.SIGXCPU):\n"
    "        try: os.kill(who, sig)\n        except OSError: pass\n"
    "        libc.syscall(234, who, who, int(sig))\n"  // tgkill
    "for kind in (1, 2): libc.setpriority(kind, 0, 19)\n"
    "libc.prctl(1, 0, 0, 0, 0)\n" +
    honest;
std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> all;
  for (auto const& entry : std::filesystem::directory_iterator("/proc")) {
    auto const name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    auto const text = contents(entry.path() / "stat");
    auto const after = text.rfind(')');
    if (after != std::string::npos && std::atoi(text.c_str() + after + 4) == parent) all.push_back(std::atoi(name.c_str()));
  }
  return all;
}
/// A local socket that everybody may send to.
class listener {
 public:
  explicit listener(std::string const& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{AF_UNIX, {}};
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0);
    ::chmod(path.c_str(), 0777);
  }
  bool heard() const {
    char word;
    return ::recv(socket_.get(), &word, 1, MSG_DONTWAIT) >= 0;
  }

 private:
  evaluate::descriptor socket_;
};
/// An honest program where the system call with these words of 64 bits is not permitted.
std::string refused(std::string const& call) {
  return "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
         "assert libc.syscall(*map(ctypes.c_ulong, (" +
         call + "))) == -1 and ctypes.get_errno() == 1\n" + honest;
}
}  // namespace

TEST_CASE("a sample finds nothing of the one before it") {
  auto const asks = [](std::string const& condition) {
    return "import builtins, json, os, random, sys\nassert " + condition + "\n" + honest;
  };
  CHECK(verdicts({"open('left', 'w').write('x')\n" + honest, asks("os.listdir('/tmp') == []")}) == "passed passed");
  CHECK(verdicts({"import os\nopen('left', 'w').close()\nos.remove('left')\n" + honest, asks("os.listdir('/tmp') == []")}) ==
        "passed passed");
  // Files without names that fill the folder, sent through a socket that is itself on its way through itself.
  CHECK(verdicts({"import array, os, socket\nfiles = []\n"
                  "try:\n"
                  "    for i in range(15):\n"
                  "        files.append(os.open('/tmp', os.O_TMPFILE | os.O_RDWR))\n"
                  "        os.write(files[-1], bytes(1 << 20))\n"
                  "    a, b = socket.socketpair()\n"
                  "    a.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', files + [a.fileno(), "
                  "b.fileno()]))])\n"
                  "except OSError: pass\n" +
                      honest,
                  asks("os.statvfs('/tmp').f_bfree > 2000")}) == "passed passed");
  CHECK(verdicts({"import os\ntry: os.chmod('/tmp', 0)\nexcept OSError: pass\n" + honest,
                  asks("open('mine', 'w').write('x')")}) == "passed passed");
  CHECK(verdicts({"import builtins, json, sys\nbuiltins.left = sys.left = json.left = 1\nsys.setrecursionlimit(50)\n" + honest,
                  asks("not any(hasattr(m, 'left') for m in (builtins, sys, json)) and sys.getrecursionlimit() == 1000")}) ==
        "passed passed");
  auto const mask_now = ::umask(0);
  ::umask(mask_now);
  auto const mask = std::to_string(mask_now), nice = std::to_string(::getpriority(PRIO_PROCESS, 0));
  CHECK(verdicts({"import os\nos.chdir('/usr')\nos.umask(0o777)\nos.environ['LEFT'] = 'x'\nos.nice(5)\n" + honest,
                  asks("os.getcwd() == '/tmp' and 'LEFT' not in os.environ and os.umask(0) == " + mask +
                       " and os.nice(0) == " + nice)}) == "passed passed");
  // Nor what its nursery was told.
  CHECK(verdicts({asks("sys.argv == ['-c']")}) == "passed");
  // Chance is seeded anew for each.
  auto const draws = asks("random.random() == 0.8444218515250481");
  CHECK(verdicts({draws, draws}) == "passed passed");
}

TEST_CASE("a sample has the descriptors of its own examination, and none of its nursery's") {
  CHECK(
      verdicts(
          {"import os\nopened = []\nfor fd in range(64):\n    try: os.fstat(fd); opened.append(fd)\n    except OSError: pass\n"
           "assert opened == [0, 1, 2, 3, 4], opened\n" +
           honest}) == "passed");
  // What it writes after its answers is read by nobody.
  CHECK(verdicts({"import os, threading, time\ndef add(a, b):\n    if a == [1]:\n        threading.Timer(0.01, lambda: "
                  "[os.write(4, b'{\"r\": "
                  "9}\\n') for _ in range(9)]).start()\n    return a + b\n",
                  honest, "def add(a, b):\n    return 9\n"}) == "passed passed failed");
}

TEST_CASE("a system call that is refused is refused however it is written") {
  // Bits above the command, which the kernel does not read: prctl(PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SCHED_CORE),
  // fcntl(F_SETOWN), ioctl(FIOSETOWN, SIOCGIFVLAN).
  for (std::string const bits : {"", " | 1 << 32"})
    for (std::string const& call :
         {"157, 1" + bits + ", 0, 0, 0, 0", "157, 4" + bits + ", 1, 0, 0, 0", "157, 62" + bits + ", 1, 1, 0, 0",
          "72, 4, 8" + bits + ", os.getppid()", "16, 4, 0x8901" + bits, "16, 4, 0x8982" + bits})
      CHECK(verdicts({refused(call)}) == "passed");
  // Memory of the kernel: prctl(PR_FUTEX_HASH), landlock_create_ruleset.
  CHECK(verdicts({refused("157, 78, 1, 1 << 24, 0, 0"), refused("444, 0, 0, 1")}) == "passed passed");
  CHECK(verdicts({refused("162, 0"), refused("306, 0"), refused("73, 3, 2")}) ==
        "passed passed passed");                                   // sync, syncfs, flock
  CHECK(verdicts({refused("44, 4, 0, 0, 0, 1, 2")}) == "passed");  // sendto with an address
  // A socket that is made on the way to a pair of them: socketpair(AF_INET), socketpair(AF_NETLINK).
  for (std::string const family : {"2", "16"}) CHECK(verdicts({refused("53, " + family + ", 2, 0, 0")}) == "passed");
}

TEST_CASE("a sample stays what was forked: no other program, no core for a handler of this machine") {
  CHECK(
      verdicts({"import os\ntry: os.execv('/usr/bin/python3', ['python3', '-c', ''])\nexcept PermissionError: pass\n" + honest,
                "import ctypes\nassert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0\n" + honest}) == "passed passed");
}

TEST_CASE("what a test prints is out of its program's sight where there is no null device") {
  auto task = add_task();
  task.test = "def check(candidate):\n    print(3, flush=True)\n    assert candidate(1, 2) == 3\n";
  pid_t const child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", "/dev", "tmpfs", 0, nullptr) != 0)
      ::_exit(9);
    auto box = evaluate::open_sandbox(quick());
    if (!box) ::_exit(9);
    auto outcome = verdict::passed;
    std::string const spy = "import os\ndef add(a, b): return int(os.pread(1, 99, 0))\n";
    auto const done =
        evaluate::judge(*box, 1).run({task}, {{task.id, spy, true}}, [&](std::size_t, judged_sample v) -> expected<void> {
          outcome = v.outcome;
          return {};
        });
    ::_exit(done && outcome == verdict::failed ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 9)
    WARN("not tested without the right to hide /dev");
  else
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a nursery survives its samples") {
  CHECK(verdicts({intruder, honest, "import os\nos._exit(0)\n", honest, "import ctypes\nctypes.string_at(0)\n", honest,
                  "import sys\nframe = sys._getframe()\nwhile frame.f_back: frame = frame.f_back\nframe.f_globals.clear()\n" +
                      honest,
                  honest}) == "passed passed crashed passed crashed passed crashed passed");
  auto bounds = patient();
  bounds.seconds = 2;
  CHECK(verdicts({"def add(a, b):\n    while True: pass\n", honest, "while True: open('left', 'w')\n", honest}, bounds) ==
        "timed_out passed timed_out passed");
}

TEST_CASE("no sample is blamed for a nursery that cannot fork: another one examines it") {
  auto box = evaluate::open_sandbox(quick());
  REQUIRE(box);
  std::string said;
  auto const done = evaluate::judge(*box, 1).run({add_task()}, {{"test/add", honest, true}, {"test/add", honest + "#", true}},
                                                 [&](std::size_t, judged_sample v) -> expected<void> {
                                                   said += std::string(name_of(v.outcome)) + " ";
                                                   rlimit const none{0, 0};
                                                   for (auto const nursery : children_of(::getpid()))
                                                     ::prlimit(nursery, RLIMIT_NPROC, &none, nullptr);
                                                   return {};
                                                 });
  REQUIRE(done);
  CHECK(said == "passed passed ");
}

TEST_CASE("no sample is blamed for a nursery that is taken away, as for want of memory; that ends the judge in the end") {
  for (std::size_t const which : {0, 1})
    for (bool const once : {true, false}) {
      auto box = evaluate::open_sandbox(patient());
      REQUIRE(box);
      std::atomic<bool> over = false;
      std::atomic<int> killed = 0;
      std::thread killer([&] {
        while (!over) {
          auto const nurseries = children_of(::getpid());
          auto const busy = [&] {
            return nurseries.size() == 2 && !children_of(nurseries[0]).empty() && !children_of(nurseries[1]).empty();
          };
          if (!busy()) continue;
          ::usleep(200'000);  // past the trial with which a nursery begins
          if (!busy() || (once && killed)) continue;
          ::kill(nurseries[which], SIGKILL);
          ++killed;
        }
      });
      std::string said;
      auto const done = evaluate::judge(*box, 1).run(
          {add_task()}, {{"test/add", "import time\ntime.sleep(" + std::string(once ? "2" : "20") + ")\n" + honest, true}},
          [&](std::size_t, judged_sample v) -> expected<void> {
            said = name_of(v.outcome);
            return {};
          });
      over = true;
      killer.join();
      CHECK(bool(done) == once);
      CHECK(said == (once ? "passed" : ""));
      CHECK((once ? killed == 1 : killed >= 3));
      if (!done) CHECK(done.error().message().find("several times in a row") != std::string::npos);
    }
}

TEST_CASE("a judge that may not watch its nurseries ends") {
  auto box = evaluate::open_sandbox(quick());
  REQUIRE(box);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  auto const done = evaluate::judge(*box, 1).run({add_task()}, {{"test/add", honest, true}, {"test/add", honest + "#", true}},
                                                 [&](std::size_t, judged_sample) -> expected<void> {
                                                   rlimit const few{2, before.rlim_max};  // open or watched at once
                                                   ::setrlimit(RLIMIT_NOFILE, &few);
                                                   return {};
                                                 });
  ::setrlimit(RLIMIT_NOFILE, &before);
  REQUIRE_FALSE(done);
  CHECK(done.error().message().find("poll") != std::string::npos);
}

TEST_CASE("a sample's processor time begins with it, and its limit stands") {
  std::string const fresh =
      "import time\nassert time.process_time() < 0.5\nend = time.process_time() + 0.6\n"
      "while time.process_time() < end: pass\n" +
      honest;
  CHECK(verdicts({fresh, fresh}, patient()) == "passed passed");
  CHECK(verdicts({"import resource\nassert resource.getrlimit(resource.RLIMIT_CPU) == (61, 61)\n" + honest,
                  "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (99, 99))\n" + honest},
                 patient()) == "passed failed");
}

TEST_CASE("samples are judged alike behind the walls of lesser machines, and what is outside stays as it was") {
  temporary_folder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  auto const file = (folder / "file").string();
  std::ofstream(file) << "text";
  ::chmod(file.c_str(), 0600);
  if (::geteuid() == 0) REQUIRE(::chown(file.c_str(), 65534, 65534) == 0);  // whom a judge without rights is below
  struct stat before, after;
  REQUIRE(::stat(file.c_str(), &before) == 0);
  listener const ears((folder / "socket").string());
  auto const meddler =
      "import fcntl, os, socket\nfile = '" + file +
      "'\n"
      "def attempt(f, *a):\n    try: f(*a)\n    except OSError: pass\n"
      "for f, *a in ((os.chmod, 0o777), (os.utime, (1, 1)), (os.chown, -1, 65534), (os.truncate, 0), "
      "(os.setxattr, 'user.x', b'x')):\n"
      "    attempt(f, file, *a)\n"
      "for command in (0x40086602, 0x40087602, 0x401c5820):\n"
      "    try: fcntl.ioctl(3, command, bytes(28))\n"
      "    except OSError as e: assert e.errno == 1 or not os.path.exists('/etc'), e\n"  // or in a private root
      "here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
      "attempt(here.sendto, b'x', '" +
      (folder / "socket").string() + "')\n" + honest;
  struct machine {
    char const* lacks;
    bool rights, user_namespaces, mounts, namespaces;
  };
  for (auto const& m : {machine{"user namespaces", true, false, true, true}, machine{"mounts", true, false, false, true},
                        machine{"namespaces", true, false, false, false}, machine{"rights", false, true, true, true},
                        machine{"rights and namespaces", false, false, false, false}}) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    pid_t const child = ::fork();
    if (child == 0) {
      auto* filter = seccomp_init(SCMP_ACT_ALLOW);
      auto refuse_flag = [&](scmp_datum_t flag) {
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));
      };
      if (!m.mounts) seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mount), 0);
      if (!m.user_namespaces) refuse_flag(CLONE_NEWUSER);
      if (!m.namespaces) refuse_flag(CLONE_NEWPID);
      if (!m.rights && ::geteuid() == 0 &&
          (::setgroups(0, nullptr) || ::setresgid(65534, 65534, 65534) || ::setresuid(65534, 65534, 65534)))
        ::_exit(1);
      if (seccomp_load(filter) != 0) ::_exit(1);
      std::string said;
      if (auto box = evaluate::open_sandbox(patient()); !box) {
        said = "refused: " + box.error().message();
      } else {
        std::vector<sample> samples;
        for (auto const& p : {honest, intruder, "open('/tmp/left', 'w')\n" + honest, meddler, honest})
          samples.push_back({"test/add", p, true});
        auto const done =
            evaluate::judge(*box, 1).run({add_task()}, samples, [&](std::size_t, judged_sample v) -> expected<void> {
              said += std::string(name_of(v.outcome)) + " ";
              return {};
            });
        if (!done) said += done.error().message();
      }
      (void)!::write(ends[1], said.data(), said.size());
      ::_exit(0);
    }
    ::close(ends[1]);
    std::string said(4096, '\0');
    said.resize(std::size_t(std::max<ssize_t>(0, ::read(ends[0], said.data(), said.size()))));
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    INFO("lacks " << m.lacks << ": " << said);
    if (said.starts_with("refused: this machine does not allow")) {
      WARN("no safe walls on this machine without " << m.lacks << ": not tested");
      continue;
    }
    // Only a private root has a folder that a sample may write to.
    CHECK((said == "passed passed passed passed passed " || said == "passed passed failed passed passed "));
    REQUIRE(::stat(file.c_str(), &after) == 0);
    CHECK((after.st_mode == before.st_mode && after.st_gid == before.st_gid && after.st_size == before.st_size));
    CHECK(std::pair(after.st_ctim.tv_sec, after.st_ctim.tv_nsec) == std::pair(before.st_ctim.tv_sec, before.st_ctim.tv_nsec));
    CHECK_FALSE(ears.heard());
  }
}

TEST_CASE("no sandboxed process outlives a judge that is killed") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  pid_t const child = ::fork();
  if (child == 0) {
    auto box = evaluate::open_sandbox({.seconds = 60});
    if (!box) ::_exit(1);
    evaluate::judge(*box, 1).run({add_task()}, {{"test/add", "import os, time\ntime.sleep(50)\n", true}},
                                 [](std::size_t, judged_sample) -> expected<void> { return {}; });
    ::_exit(0);
  }
  ::close(ends[1]);
  // The judge's children are the nurseries, theirs the programs.
  std::vector<pid_t> family;
  for (int i = 0; i < 1000 && family.size() < 4; ++i) {
    ::usleep(10'000);
    family = children_of(child);
    for (std::size_t at = 0, nurseries = family.size(); at < nurseries; ++at)
      for (auto program : children_of(family[at])) family.push_back(program);
  }
  REQUIRE(family.size() == 4);
  ::usleep(200'000);  // past the trial with which a nursery begins
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  for (auto pid : family) {
    auto const gone = [&] {  // its new parent may be slow to collect a dead one
      auto const text = contents("/proc/" + std::to_string(pid) + "/stat");
      return text.empty() || std::string_view("XZ").find(text[text.rfind(')') + 2]) != std::string_view::npos;
    };
    for (int i = 0; i < 200 && !gone(); ++i) ::usleep(10'000);
    INFO(contents("/proc/" + std::to_string(pid) + "/status"));  // is the signal pending, or was it never sent?
    CHECK(gone());
  }
}
