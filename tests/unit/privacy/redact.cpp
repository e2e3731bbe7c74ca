// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/privacy/redact.hpp>

#include "support/catch.hpp"

#include <string>

using namespace snowcoder::privacy;

TEST_CASE("addresses of people are replaced") {
  CHECK(redact("# by Jane <jane.doe+x@mail.bigcorp.co.uk>\n").text == "# by Jane <<EMAIL>>\n");
  CHECK(redact("a@b.org,c@d.org").text == "<EMAIL>,<EMAIL>");
  CHECK(redact("mailto:me@home.org.").text == "mailto:<EMAIL>.");
  CHECK(redact("contact:me@home.org").text.find("me@home") != std::string::npos);  // like user:password@host
}

TEST_CASE("what only looks like an address stays") {
  for (std::string const code :
       {"y = w@x.grad", "y = W @ x.T", "a@b.to(device)", "git clone git@github.com:owner/name.git", "@app.route('/x')",
        "npm i @scope/pkg@1.2.3", "https://user:secret@host.example.org/x", "ssh://git@host.org/x", "you@example.com", "x@y",
        "@media.print", "a@.com", "user@host.lan", "m = a@b.mm @ c"}) {
    INFO(code);
    CHECK(redact(code).text == code);
  }
}

TEST_CASE("public network addresses are replaced, the same by the same") {
  auto const r = redact("93.184.216.34 151.101.1.69 93.184.216.34");
  CHECK(r.text == "172.16.31.10 172.16.58.3 172.16.31.10");
  CHECK(r.of(kind::ipv4) == redaction_count{3, 2});
  auto const six = redact("[2606:2800:220:1:248:1893:25c8:1946]:80 2a00:1450:4001::64");
  CHECK(six.text == "[fd00:c2b6:b24b:be67:2827:688d:e6a1:6a3b]:80 fd00:a516:7c1b:17cd:6d81:2137:bd2a:2c5b");
}

TEST_CASE("versions, sections, dates, private and well-known addresses stay") {
  for (std::string const code : {"127.0.0.1",
                                 "0.0.0.0",
                                 "10.1.2.3",
                                 "172.20.0.1",
                                 "192.168.1.1",
                                 "169.254.1.1",
                                 "255.255.255.0",
                                 "224.0.0.1",
                                 "203.0.113.7",
                                 "8.8.8.8",
                                 "1.1.1.1",
                                 "v93.184.216.34",
                                 "version = 93.184.216.34",
                                 "pkg==93.184.216.34",
                                 "1.2.3.4",
                                 "[23.2.4.2] capacity",
                                 "1.2.3.4.5",
                                 "300.1.1.200",
                                 "193.184.016.34",
                                 "1.93.184.216.34",
                                 "12:34:56",
                                 "std::chrono",
                                 "fe80::1",
                                 "::1",
                                 "2001:db8::7",
                                 "a::b::c",
                                 "dead:beef::1",
                                 "x193.184.216.34"}) {
    INFO(code);
    CHECK(redact(code).text == code);
  }
  CHECK(redact("nameserver 4.2.2.2").of(kind::ipv4).found == 1);  // the words around tell it from a version
}
