// SPDX-License-Identifier: Apache-2.0
// An HTTP server for tests that answers as it is told: in a process of its own, so that the test process stays free of
// threads and may fork, and gone with the test.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

class scripted_server {
 public:
  struct request {
    int number = 0;  ///< counted from 0
    std::string head, body;
  };
  struct reply {
    int status = 200;
    std::string headers;  ///< "Name: value\r\n" each
    std::string body;
    int delay_ms = 0;
  };

  explicit scripted_server(std::function<reply(request const&)> answer) {
    counts_ = static_cast<counts*>(::mmap(nullptr, sizeof(counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    new (counts_) counts;
    int const door = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    if (::bind(door, reinterpret_cast<sockaddr*>(&place), size) != 0 || ::listen(door, 64) != 0) std::abort();
    ::getsockname(door, reinterpret_cast<sockaddr*>(&place), &size);
    port_ = ntohs(place.sin_port);
    child_ = ::fork();
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::signal(SIGPIPE, SIG_IGN);
      for (;;) {
        int const line = ::accept(door, nullptr, nullptr);
        if (line >= 0) std::thread([this, line, answer] { serve(line, answer); }).detach();
      }
    }
    ::close(door);
  }
  ~scripted_server() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    ::munmap(counts_, sizeof(counts));
  }
  scripted_server(scripted_server const&) = delete;
  scripted_server& operator=(scripted_server const&) = delete;

  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int requests() const { return counts_->requests; }
  int most_at_once() const { return counts_->most; }

 private:
  struct counts {
    std::atomic<int> requests{0}, open{0}, most{0};
  };

  void serve(int line, std::function<reply(request const&)> const& answer) {
    std::string text;
    char block[4096];
    std::size_t head = text.npos, length = 0;
    for (ssize_t n; head == text.npos || text.size() < head + 4 + length;) {
      if ((n = ::read(line, block, sizeof block)) <= 0) break;
      text.append(block, std::size_t(n));
      if (head != text.npos || (head = text.find("\r\n\r\n")) == text.npos) continue;
      auto const at = text.find("Content-Length: ");
      length = at < head ? std::size_t(std::atoll(text.c_str() + at + 16)) : 0;
      if (text.find("Expect: 100-continue") < head && ::write(line, "HTTP/1.1 100 Continue\r\n\r\n", 25) < 0) break;
    }
    if (head != text.npos) {
      int const open = ++counts_->open;
      for (int most = counts_->most; open > most && !counts_->most.compare_exchange_weak(most, open);) {
      }
      auto const r = answer({counts_->requests++, text.substr(0, head), text.substr(head + 4)});
      std::this_thread::sleep_for(std::chrono::milliseconds(r.delay_ms));
      --counts_->open;
      auto const out = "HTTP/1.1 " + std::to_string(r.status) +
                       " Word\r\nConnection: close\r\nContent-Length: " + std::to_string(r.body.size()) + "\r\n" + r.headers +
                       "\r\n" + r.body;
      for (std::size_t sent = 0; sent < out.size();) {
        auto const n = ::write(line, out.data() + sent, out.size() - sent);
        if (n <= 0) break;
        sent += std::size_t(n);
      }
    }
    ::close(line);
  }

  counts* counts_ = nullptr;
  int port_ = 0;
  pid_t child_ = -1;
};
