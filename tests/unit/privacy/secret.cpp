// SPDX-License-Identifier: Apache-2.0
// Keys and passwords: every detector finds its own and says so; what only looks like one stays. Values are drawn from a seed or
// written in two parts, so that no scanner of this repository takes them for real ones.
#include <snowcoder/core/philox.hpp>
#include <snowcoder/privacy/redact.hpp>

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::privacy;

namespace {

std::string const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", small = "abcdefghijklmnopqrstuvwxyz", figures = "0123456789";
std::string const alphanumeric = capitals + small + figures, sixteen = figures + "abcdef";

/// `size` characters of `alphabet`, always the same ones.
std::string drawn(std::string const& alphabet, std::size_t size, std::uint64_t seed = 7) {
  draws const source("made up", seed);
  std::string s;
  for (std::uint64_t i = 0; i < size; ++i) s += alphabet[source.below(alphabet.size(), i, size)];
  return s;
}

struct planted {
  privacy::detector by;
  std::string before, value, after = "\n";
};

std::vector<planted> planted_values() {
  auto const an = [](std::size_t n) { return drawn(alphanumeric, n); };
  auto const url = alphanumeric + "_-";
  return {
      {detector::artifactory, "artifactory_key = ", std::string("AK") + "C" + an(40)},
      {detector::aws_access_key, "id = '", std::string("AK") + "IA" + drawn(capitals + "234567", 16), "'\n"},
      {detector::aws_secret_key, "aws_secret_access_key: ", drawn(alphanumeric + "/+", 40, 3)},
      {detector::azure_storage_key, "Name=x;AccountKey=", an(86) + "==", ";Suffix=core"},
      {detector::cloudant, "cloudant_password = \"", sixteen.substr(3, 2) + drawn(sixteen, 62), "\"\n"},
      {detector::discord_bot_token, "client.run('",
       std::string("M") + drawn(alphanumeric, 23, 5) + "." + drawn(alphanumeric, 6) + "." + an(27), "')\n"},
      {detector::github_token, "token ", std::string("gh") + "o_" + an(36)},
      {detector::github_token, "x=", std::string("github") + "_pat_" + an(22) + "_" + an(59)},
      {detector::gitlab_token, "(", std::string("glp") + "at-" + an(20), ")"},
      {detector::google_api_key, "?key=", std::string("AI") + "za" + an(35), "&v=3"},
      {detector::ibm_cloud_iam, "ibm_cloud_iam_key = ", drawn(url, 44, 9)},
      {detector::ibm_cos_hmac, "cos_hmac_secret_access_key = ", drawn(sixteen, 48)},
      {detector::json_web_token, "Bearer ", std::string("ey") + "J" + an(33) + "." + "eyJ" + an(60) + "." + an(43)},
      {detector::mailchimp, "mc = ", drawn(sixteen, 32) + "-us12"},
      {detector::npm_token, "//registry/:_authToken=", std::string("np") + "m_" + an(36)},
      {detector::openai_token, "key: ", std::string("s") + "k-" + an(20) + "T3Blbk" + "FJ" + drawn(alphanumeric, 20, 8)},
      {detector::anthropic_key, "key: ", std::string("s") + "k-ant-" + "api03-" + drawn(alphanumeric, 93)},
      {detector::hugging_face_token, "login('", std::string("h") + "f_" + drawn(capitals + small, 34), "')"},
      {detector::pypi_token, "password = ", std::string("py") + "pi-" + "AgE" + an(110)},
      {detector::sendgrid, "'", std::string("S") + "G." + drawn(alphanumeric, 22) + "." + an(43), "'"},
      {detector::slack_token, "'", std::string("xo") + "xb-" + drawn(figures, 12) + "-" + an(24), "'"},
      {detector::slack_webhook, "https://hooks.slack.com/services/",
       "T" + drawn(capitals, 8) + "/B" + drawn(capitals + figures, 8) + "/" + an(24)},
      {detector::softlayer, "softlayer_api_key = ", drawn(small + figures, 64)},
      {detector::square_oauth, "'", std::string("sq") + "0csp-" + an(43), "'"},
      {detector::stripe, "stripe.key = '", std::string("sk") + "_li" + "ve_" + an(24), "'"},
      {detector::telegram_bot_token, "TOKEN: ", drawn("123456789", 10) + ":" + drawn(alphanumeric, 35, 5)},
      {detector::twilio, "sid = '", std::string("A") + "C" + drawn(sixteen, 32), "'"},
      {detector::basic_auth, "redis://app:", drawn(alphanumeric, 14), "@cache.internal:6379/0"},
      {detector::telegram_bot_token, "https://api.telegram.org/bot", drawn("123456789", 9) + ":" + drawn(alphanumeric, 35, 6),
       "/send\n"},
      {detector::keyword, "  <property name=\"password\" value=\"", drawn(alphanumeric, 9), "\"/>\n"},
      {detector::keyword, "spring.datasource.password=", drawn(alphanumeric, 9)},
      {detector::keyword, "DB_PASSWORD=", drawn(alphanumeric, 12)},
      {detector::keyword, "  api_key: \"", drawn(alphanumeric, 32), "\"\n"},
      {detector::keyword, "var password: String = \"", drawn(alphanumeric, 10), "\"\n"},
      {detector::base64_entropy, "connect(\"", drawn(alphanumeric, 40), "\")\n"},
      {detector::hex_entropy, "connect(\"", drawn(sixteen, 40), "\")\n"},
  };
}

std::string private_key(std::string const& line_begin, std::string const& line_end) {
  std::string text = line_begin + "-----BEGIN RSA " + "PRIVATE KEY-----" + line_end;
  for (std::uint64_t i = 0; i < 6; ++i) text += line_begin + drawn(alphanumeric + "+/", 64, i) + line_end;
  return text + line_begin + drawn(alphanumeric, 22) + "==" + line_end + line_begin + "-----END RSA " + "PRIVATE KEY-----" +
         line_end;
}

}  // namespace

TEST_CASE("every detector finds its own, and all of it") {
  std::vector<bool> seen(detector_count);
  for (auto const& p : planted_values()) {
    auto const text = "first line\n" + p.before + p.value + p.after + "last line\n";
    INFO(name_of(p.by) << ": " << text);
    auto const r = redact(text, "src/app.py");
    REQUIRE(r.spans.size() == 1);
    CHECK(r.spans[0].what.detector == p.by);
    CHECK(text.substr(r.spans[0].what.where.begin, r.spans[0].what.where.end - r.spans[0].what.where.begin) == p.value);
    CHECK(r.text == "first line\n" + p.before + (r.spans[0].what.kind == kind::password ? "<PASSWORD>" : "<KEY>") + p.after +
                        "last line\n");
    CHECK(redact(r.text).text == r.text);
    seen[std::size_t(p.by)] = true;
  }
  for (std::size_t d = std::size_t(detector::artifactory); d < std::size_t(detector::repeat); ++d) {
    INFO(detector_names[d]);
    CHECK(seen[d]);
  }
}

TEST_CASE("a private key goes from its first line of data to its last, wherever it is written") {
  CHECK(redact(private_key("", "\n")).text == "-----BEGIN RSA PRIVATE KEY-----\n<KEY>\n-----END RSA PRIVATE KEY-----\n");
  CHECK(redact(private_key("# ", "\n")).text ==
        "# -----BEGIN RSA PRIVATE KEY-----\n# <KEY>\n# -----END RSA PRIVATE KEY-----\n");
  CHECK(redact(private_key("    \"", "\\n\"\n")).text ==
        "    \"-----BEGIN RSA PRIVATE KEY-----\\n\"\n    \"<KEY>\\n\"\n    \"-----END RSA PRIVATE KEY-----\\n\"\n");
  for (std::string const text :
       {"-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n", "\"-----BEGIN RSA PRIVATE KEY-----\"",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"})
    CHECK(redact(text).text == text);
}

TEST_CASE("the same value gets the same replacement, also where nothing names it") {
  auto const value = drawn(alphanumeric, 14);
  auto const r = redact("password = \"" + value + "\"\nassert login(" + value + ")\n# " + value + ", not x" + value + "\n");
  CHECK(r.text == "password = \"<PASSWORD>\"\nassert login(<PASSWORD>)\n# <PASSWORD>, not x" + value + "\n");
  CHECK(r.of(kind::password) == redaction_count{3, 1});
  CHECK(r.spans[1].what.detector == detector::repeat);
}

TEST_CASE("what only looks like a secret stays") {
  auto const sha = drawn(sixteen, 40), longer = drawn(sixteen, 64);
  std::vector<std::string> codes = {
      "password = os.environ['DB_PASSWORD']",
      "password = getpass.getpass()",
      "String password = config.getString(\"db.password\");",
      "password: ${DB_PASSWORD}",
      "api_key = \"your-api-key-here\"",
      "api_key = \"" + std::string(32, 'x') + "\"",
      std::string("AK") + "IAIOSFODNN7EXAMPLE",
      "password = \"password\"",
      "password = \"changeme\"",
      "PASSWORD_FIELD = \"user_password_1\"",
      "label(\"password\", \"Enter your password\")",
      "postgres://user:password@localhost/db",
      "postgres://postgres:postgres@localhost/db",
      "https://${USER}:${PASS}@host/x",
      "commit = \"" + sha + "\"",
      "sha256 = \"" + longer + "\"",
      "\"integrity\": \"sha512-" + drawn(alphanumeric, 86) + "==\"",
      "id = \"6ba7b810-9dad-11d1-80b4-00c04fd430c8\"",
      "key = \"abcdefghijklmnopqrstuvwxyz0123456789\"",
      "alphabet = \"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\"",
      "cache_key = \"user_profile_settings_v2\"",
      "foreign_key = \"customer_orders_customer_id\"",
      "monkey = \"a1b2c3d4e5\"",
      "tokenizer = \"bert-base-uncased\"",
      "secretName: my-service-tls-v2",
      "KeyGenerator(\"PBKDF2WithHmacSHA256\")",
      "class InternalFrameInternalFrameTitlePaneInternalFrameTitlePaneMaximizeButtonPainter",
      "import \"components/navigation/NavigationDrawerMenuItem2\"",
      std::string("gh") + "p_" + std::string(36, 'x'),
      "script-src 'nonce-" + drawn(alphanumeric, 22) + "=='",
      "config.password=password1;",
      "#define ERRCODE_INVALID_PASSWORD \"28P01\"",
      "  this.password=arg1",
      "password = <PASSWORD>",
      "token = \"<KEY>\"",
  };
  for (auto const& code : codes) {
    INFO(code);
    CHECK(redact(code + "\n", "src/app.py").text == code + "\n");
  }
  auto const named = "\"resolved\": \"" + sha + "\"\n";
  CHECK(redact(named, "web/package-lock.json").text == named);
  std::string table;
  for (std::uint64_t i = 0; i < 20; ++i) table += "add(\"" + drawn(sixteen, 40, i) + "\")\n";
  CHECK(redact(table).text == table);
}

TEST_CASE("kinds that are not asked for stay") {
  auto const text = "mail me@home.org password = \"" + drawn(alphanumeric, 12) + "\"";
  CHECK(redact(text, "", kind_set{}.without(kind::password)).of(kind::password).found == 0);
  CHECK(redact(text, "", kind_set{}.without(kind::email)).text == "mail me@home.org password = \"<PASSWORD>\"");
  CHECK(redact(text, "", no_kinds).text == text);
}

namespace {
struct candidates {
  std::vector<std::string> all = {};
  void say(char const* what, std::size_t a, std::size_t b = 0) {
    all.push_back(what + std::to_string(a) + "-" + std::to_string(b));
  }
  void at_sign(std::size_t i) { say("at", i); }
  void fourth_number(std::size_t i) { say("number", i); }
  void second_group(std::size_t i) { say("group", i); }
  void word(std::size_t i) { say("word", i); }
  void run(std::size_t begin, std::size_t end) { say("run", begin, end); }
};
}  // namespace

TEST_CASE("the prefilter by blocks points where the plain loops point, whatever lies across the edges of blocks") {
  std::vector<std::string> const pieces = {"@",
                                           "1.2.3.4",
                                           "192.",
                                           "168",
                                           ".",
                                           "2a00:",
                                           "2001:db8",
                                           ":",
                                           "key",
                                           "KEY",
                                           "pass",
                                           "PwD",
                                           "Secr",
                                           "toke",
                                           "contrase",
                                           "abcdefghijklmnop",
                                           "0123456789abcdef",
                                           "_",
                                           "-",
                                           "=",
                                           "+/",
                                           " ",
                                           "\n",
                                           "\xc3\xb1",
                                           "\x80",
                                           "~",
                                           ",",
                                           "x"};
  std::size_t found = 0;
  for (std::uint64_t n = 0; n < 600; ++n) {
    draws const source("prefilter", n);
    std::string text(n % 130, ' ');
    auto const size = source.below(400, 0, 0);
    for (std::uint64_t i = 1; text.size() < size; ++i) text += pieces[source.below(pieces.size(), i, 1)];
    candidates blocks, plain;
    each_candidate(text, blocks);
    privacy::detail::each_candidate_plain(text, plain);
    std::sort(blocks.all.begin(), blocks.all.end());
    std::sort(plain.all.begin(), plain.all.end());
    INFO(text);
    CHECK(blocks.all == plain.all);
    found += plain.all.size();
  }
  CHECK(found > 5000);
}

TEST_CASE("hostile texts are read in time that grows with their size") {
  auto const repeated = [](std::string const& piece) {
    std::string text;
    while (text.size() < 300'000) text += piece;
    return text;
  };
  for (auto const& text :
       {std::string(300'000, 'a'), repeated("eyJ-"), repeated("eyJabcdefgh."), repeated("a@"), repeated("a.b@c.de "),
        repeated("token="), repeated("password=\""), repeated("-----BEGIN PRIVATE KEY-----\n"), repeated("PuTTY-User-Key"),
        repeated("://a:b@"), repeated("1.1.1.200 "), repeated("93.184.216.34 "), repeated("2606:2800::"), repeated("SG."),
        repeated("-us1"), repeated("\\"), repeated("'"), std::string(300'000, '\0'), repeated("\xff")}) {
    auto const r = redact(text);
    CHECK(redact(r.text).text == r.text);
  }
}
