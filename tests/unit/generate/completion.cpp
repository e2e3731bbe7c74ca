// SPDX-License-Identifier: Apache-2.0
#include "support/byte_codec.hpp"
#include "support/catch.hpp"

#include <snowcoder/generate/chat.hpp>
#include <snowcoder/generate/chat_answer.hpp>
#include <snowcoder/generate/completion.hpp>
#include <snowcoder/generate/completion_request.hpp>
#include <snowcoder/generate/sampling.hpp>

#include <array>
#include <ctime>
#include <map>
#include <string>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::generate;

namespace {

/// Always continues its script, whatever it is asked; the position in it is the number of tokens beyond the prompt.
struct scripted_model {
  std::string script;
  std::int64_t room = 64, held = 0, prompt = 0;
  std::vector<float> logits = std::vector<float>(257);

  std::span<float const> append(std::span<token_id const> ids) {
    REQUIRE(held + std::int64_t(ids.size()) <= room);
    if (held == 0) prompt = std::int64_t(ids.size());
    held += std::int64_t(ids.size());
    auto const at = std::size_t(held - prompt);
    std::fill(logits.begin(), logits.end(), 0.0f);
    logits[at < script.size() ? std::size_t(static_cast<unsigned char>(script[at])) + 1 : 0] = 5.0f;
    return logits;
  }
  void reset() { held = prompt = 0; }
  std::int64_t size() const { return held; }
  std::int64_t context() const { return room; }
};

}  // namespace

TEST_CASE("a completion ends before the first stop word", "[generate]") {
  scripted_model model{"\n    return a\n\ndef next():\n"};
  auto const c =
      complete(model, byte_codec{}, "def f(a):", {.new_tokens = 50, .sampling = {}, .stop = stop_words("HumanEval/0")});
  CHECK(c.text == "\n    return a\n");
  CHECK(c.reason == finish::stop);
  CHECK(c.prompt_tokens == 9);
}

TEST_CASE("a completion ends with the text, the limit and the context", "[generate]") {
  scripted_model model{"abc"};
  auto const whole = complete(model, byte_codec{}, "x", {.new_tokens = 50, .sampling = {}, .stop = {}});
  CHECK(whole.text == "abc");
  CHECK(whole.reason == finish::stop);
  CHECK(whole.tokens == 3);
  auto const cut = complete(model, byte_codec{}, "x", {.new_tokens = 2, .sampling = {}, .stop = {}});
  CHECK(cut.text == "ab");
  CHECK(cut.reason == finish::length);
  CHECK(cut.prompt_cut == 0);
  scripted_model narrow{std::string(100, 'z'), 16};
  auto const full = complete(narrow, byte_codec{}, std::string(40, 'p'), {.new_tokens = 50, .sampling = {}, .stop = {}});
  CHECK(full.prompt_tokens == 8);  // half of the context
  CHECK(full.prompt_cut == 32);
  CHECK(full.tokens == 9);  // the last token need not be read again
  CHECK(full.reason == finish::length);
}

TEST_CASE("what a stream says is the answer, in pieces that no stop word can take back", "[generate]") {
  scripted_model model{"one\n\ndone\ndef two"};
  std::vector<std::string> pieces;
  auto const c =
      complete(model, byte_codec{}, "x", {.new_tokens = 50, .sampling = {}, .stop = {"\ndef"}}, [&](std::string_view piece) {
        pieces.emplace_back(piece);
        return true;
      });
  std::string joined;
  for (auto const& p : pieces) joined += p;
  CHECK(joined == c.text);
  CHECK(joined == "one\n\ndone");
  CHECK(pieces.size() > 3);
  int calls = 0;
  auto const ended = complete(model, byte_codec{}, "x", {.new_tokens = 50, .sampling = {}, .stop = {}},
                              [&](std::string_view) { return ++calls < 2; });
  CHECK(ended.text == "on");
}

TEST_CASE("stop words by benchmark", "[generate]") {
  stop_finder const human(stop_words("HumanEval/3")), mbpp(stop_words("Mbpp/3"));
  CHECK(human.find("    x = 1\n# test") == 9);
  CHECK(human.find("  y\n<file_sep>") == 4);
  CHECK(human.find("    if x:\n        print(x)\n") == std::string::npos);
  CHECK(mbpp.find("\nimport re\ndef f():\n    pass\nassert f()") == std::string("\nimport re\ndef f():\n    pass").size());
  CHECK(stripped("def f():\n  \"\"\"x\"\"\"\n\n") == "def f():\n  \"\"\"x\"\"\"");
  CHECK(stripped(" \n").empty());
}

TEST_CASE("sampling is greedy, drawn, and repeatable", "[generate]") {
  std::array<float, 4> const logits{1.0f, 3.0f, 3.0f, 0.0f};
  CHECK(greedy(logits) == 1);
  CHECK(sample(logits, {.temperature = 0, .top_p = 1, .seed = 9}, 5) == 1);
  std::map<token_id, int> counts;
  for (int i = 0; i < 4000; ++i) ++counts[sample(logits, {.temperature = 1, .top_p = 1, .seed = 9}, i)];
  CHECK(std::abs(counts[1] - counts[2]) < 300);
  CHECK(counts[0] > 150);  // e^-2 / (2 + e^-2 + e^-3) of 4000 = 247
  CHECK(counts[0] < 350);
  counts.clear();
  for (int i = 0; i < 1000; ++i) ++counts[sample(logits, {.temperature = 1, .top_p = 0.8, .seed = 9}, i)];
  CHECK(counts.size() == 2);
  CHECK(sample(logits, {.temperature = 1, .top_p = 1, .seed = 3}, 17) ==
        sample(logits, {.temperature = 1, .top_p = 1, .seed = 3}, 17));
}

TEST_CASE("requests are checked field by field", "[generate]") {
  auto parse = [](std::string const& body, bool chat = false) { return parse_text_request(body, chat, 64, 100); };
  auto const text = [](text_request const& r, std::size_t i = 0) { return std::get<std::string>(r.prompts.at(i)); };
  auto const r = parse(R"({"model":"m","prompt":"x","max_tokens":5,"temperature":0,"stop":"\n","stream":true})");
  REQUIRE(r);
  CHECK(text(*r) == "x");
  CHECK(r->options.new_tokens == 5);
  CHECK(r->options.stop == std::vector<std::string>{"\n"});
  CHECK(r->stream);
  auto const c = parse(R"({"messages":[{"role":"system","content":"a"},{"role":"user","content":"b"}]})", true);
  REQUIRE(c);
  CHECK(text(*c) == "a\nb");
  CHECK(c->options.new_tokens == 64);
  CHECK(parse(R"({"messages":[{"content":"a"}],"max_tokens":9,"max_completion_tokens":null})", true)->options.new_tokens == 9);
  CHECK(parse(R"({"messages":[{"content":"a"}],"max_tokens":9,"max_completion_tokens":7})", true)->options.new_tokens == 7);

  auto const many = parse(R"({"prompt":[" x\n",[3,99]],"n":2,"best_of":2,"logprobs":1,"echo":true,"max_tokens":0})");
  REQUIRE(many);
  CHECK(text(*many) == " x\n");  // exactly as given
  CHECK(std::get<std::vector<token_id>>(many->prompts.at(1)) == std::vector<token_id>{3, 99});
  CHECK(many->answers == 2);
  CHECK((many->options.judged && many->options.prompt_judged && many->options.alternatives == 1));
  CHECK(std::get<std::vector<token_id>>(parse(R"({"prompt":[5,6,7]})")->prompts.at(0)).size() == 3);
  CHECK(parse(
      R"({"prompt":"x","top_k":-1,"min_p":0,"repetition_penalty":1.0,"presence_penalty":0,"logit_bias":{},"suffix":null})"));
  CHECK(parse(R"({"messages":[{"role":"user","content":"b"}],"logprobs":true,"top_logprobs":3})", true)->options.alternatives ==
        3);

  for (auto body :
       {"", "[]", R"({"prompt":3})", R"({"prompt":[]})", R"({"prompt":[[]]})", R"({"prompt":[1,"x"]})", R"({"prompt":[100]})",
        R"({"prompt":[-1]})", R"({"prompt":"x","n":0})", R"({"prompt":"x","best_of":3})",
        R"({"prompt":"x","temperature":"hot"})", R"({"prompt":"x","logprobs":"many"})",
        R"({"prompt":"x","logprobs":1,"stream":true})", R"({"prompt":"x","stop":[1]})", R"({"prompt":"x","stream":"yes"})",
        R"({"prompt":"x","top_k":40})", R"({"prompt":"x","frequency_penalty":0.5})", R"({"prompt":"x","suffix":"y"})",
        R"({"prompt":"x","response_format":{"type":"json_object"}})"})
    CHECK_FALSE(parse(body));
  for (auto count : {R"({"prompt":"x","n":1.5})", R"({"prompt":"x","max_tokens":2.5})", R"({"prompt":"x","logprobs":0.5})"})
    CHECK_FALSE(parse(count));
  CHECK(parse(R"({"prompt":"x","top_k":2})").error().where == "top_k");
  CHECK(parse(R"({"prompt":"x","max_tokens":-1})").error().what == "max_tokens must be a number from 0 to 1000000000");
  CHECK(parse(R"({"prompt":"x","top_p":1.5})").error().what == "top_p must be a number from 0 to 1");
  CHECK_FALSE(parse(R"({"messages":[{"role":"user","content":"b"}],"top_logprobs":3})", true));
  auto const parts = parse(R"({"messages":[{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]})", true);
  REQUIRE(parts);
  CHECK(text(*parts) == "ab");
  for (auto message : {R"([])", R"([{}])", R"([{"content":3}])", R"([{"content":[{"type":"image_url"}]}])",
                       R"([{"content":[{"type":"text"}]}])"})
    CHECK_FALSE(parse(std::string(R"({"messages":)") + message + "}", true));
}

TEST_CASE("probabilities in the forms that clients know", "[generate]") {
  byte_codec const codec;
  completion c;
  c.text = "\xc3\xa9";
  c.prompt_choices = {{98, {}, {}}, {99, -0.5, {{99, -0.5}}}};
  c.choices = {{0xc4, -1.0, {{100, -0.25}}}, {0xaa, -2.0, {}}};
  text_request r;
  r.options.judged = r.echo = true;
  auto const legacy = choice_json(codec, r, 3, "ab", c);
  CHECK(legacy["text"] == "ab\xc3\xa9");
  CHECK(legacy["index"] == 3);
  auto const& l = legacy["logprobs"];
  CHECK(l["tokens"] == io::json::array({"a", "b", "bytes:\\xc3", "bytes:\\xa9"}));
  CHECK(l["token_logprobs"] == io::json::array({nullptr, -0.5, -1.0, -2.0}));
  CHECK(l["text_offset"] == io::json::array({0, 1, 2, 3}));
  CHECK(l["top_logprobs"][0].is_null());
  CHECK(l["top_logprobs"][1] == io::json{{"b", -0.5}});
  CHECK(l["top_logprobs"][2] == io::json{{"c", -0.25}, {"bytes:\\xc3", -1.0}});  // what was chosen stands there too
  r.chat = true;
  auto const chat = choice_json(codec, r, 0, "", c);
  CHECK(chat["message"]["content"] == "\xc3\xa9");
  CHECK(chat["logprobs"]["content"].size() == 2);
  CHECK(chat["logprobs"]["content"][0]["bytes"] == io::json::array({0xc3}));
  CHECK(chat["logprobs"]["content"][0]["top_logprobs"][0]["token"] == "c");
}

TEST_CASE("server requests and answers", "[generate]") {
  CHECK(endpoint("http://h:1/", "completions") == "http://h:1/v1/completions");
  CHECK(endpoint("http://h:1/v1", "completions") == "http://h:1/v1/completions");
  for (auto const* full : {"http://h/x/chat/completions", "http://h/x/completions/"}) {
    CHECK(endpoint(full, "completions") == "http://h/x/completions");
    CHECK(endpoint(full, "chat/completions") == "http://h/x/chat/completions");
  }
  auto const body_for = [](std::string_view server) {
    completion_options const options{.new_tokens = 7, .sampling = {}, .stop = stop_words("HumanEval/0")};
    return io::parse_json(completion_request(server, "m", "p", options), "").value();
  };
  auto const body = body_for("http://h:1");
  CHECK(body["max_tokens"] == 7);
  CHECK(body["temperature"] == 0.0);
  CHECK(body["stop"].size() <= 4);
  CHECK(body["top_k"] == -1);  // nothing is left to what the server does by itself
  CHECK(body["min_p"] == 0);
  CHECK(body["repetition_penalty"] == 1);
  CHECK(body["frequency_penalty"] == 0);
  CHECK_FALSE(body_for("https://api.openai.com/v1").contains("top_k"));  // which it would refuse
  CHECK(completion_answer(R"({"choices":[{"text":"a\nclass B"}]})", "", {"\nclass"}).value() == "a");
  CHECK_FALSE(completion_answer(R"({"error":"x"})", "", {}));
  std::string many = R"({"choices":[{"text":"a"}])";
  for (int i = 0; i < 300'000; ++i) many += ",\"" + std::to_string(i) + "\":0";
  auto const begun = std::clock();
  CHECK(completion_answer(many + "}", "", {}).value() == "a");
  CHECK(std::clock() - begun < 5 * CLOCKS_PER_SEC);  // keys looked up one by one: a minute
}

TEST_CASE("a split character waits for its bytes", "[generate]") {
  CHECK(whole_characters("ab") == 2);
  CHECK(whole_characters("a\xc3") == 1);
  CHECK(whole_characters("a\xc3\xa9") == 3);
  CHECK(whole_characters("\xf0\x9f\x98") == 0);
  CHECK(whole_characters("\xf0\x9f\x98\x80") == 4);
}
