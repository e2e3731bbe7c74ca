// SPDX-License-Identifier: Apache-2.0
// checkpoint.json: what trained the weights beside it, where that run stands, and the checksums of the other files.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/record/position.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace snowcoder::io {

/// What checkpoint.json says.
struct checkpoint_manifest {
  training_position position;
  std::string recipe, fingerprint, text;  ///< name, hash and full text of the recipe that trained it
  std::string model;                      ///< hash of the model's part of that text: who may load the weights
  std::int64_t parameters = 0;
  json settings;  ///< everything else that decides what is trained next: seed, precision, tokens, origin
  json versions;  ///< libraries, for people
  struct part {
    std::string file;
    std::uint64_t bytes = 0;
    std::string hash;
  };
  std::vector<part> parts;
};

/// The value of checkpoint.json.
inline json manifest_json(checkpoint_manifest const& m) {
  auto const& p = m.position;
  json value{{"format", "snowcoder checkpoint 1"},
             {"recipe", {{"name", m.recipe}, {"fingerprint", m.fingerprint}, {"model", m.model}, {"text", m.text}}},
             {"parameters", m.parameters},
             {"position",
              {{"phase", p.phase},
               {"step", p.step},
               {"total_steps", p.total_steps},
               {"updates", p.updates},
               {"sequences", p.sequences},
               {"tokens", p.tokens},
               {"seed", p.seed}}},
             {"settings", m.settings},
             {"versions", m.versions},
             {"files", json::array()}};
  for (auto const& f : m.parts) value["files"].push_back({{"name", f.file}, {"bytes", f.bytes}, {"hash", f.hash}});
  return value;
}

/// `where` names the file in errors.
inline expected<checkpoint_manifest> parse_manifest(json const& v, std::string const& where) {
  try {
    if (v.at("format") != "snowcoder checkpoint 1") return failure("checkpoint of another format", where);
    checkpoint_manifest m;
    auto const &r = v.at("recipe"), &p = v.at("position");
    m.recipe = r.at("name");
    m.fingerprint = r.at("fingerprint");
    m.model = r.at("model");
    m.text = r.at("text");
    // Not so much as a fraction becomes an integer unseen, and none that is too large for one.
    auto const whole = [](json const& n) { return n.get_ref<json::number_integer_t const&>(); };
    m.parameters = whole(v.at("parameters"));
    m.position = {p.at("phase"),
                  whole(p.at("step")),
                  whole(p.at("total_steps")),
                  whole(p.at("updates")),
                  whole(p.at("sequences")),
                  whole(p.at("tokens")),
                  std::uint64_t(whole(p.at("seed")))};
    m.settings = v.at("settings");
    m.versions = v.at("versions");
    for (auto const& f : v.at("files")) m.parts.push_back({f.at("name"), std::uint64_t(whole(f.at("bytes"))), f.at("hash")});
    return m;
  } catch (json::exception const& e) {
    return failure(std::string("checkpoint.json is incomplete: ") + e.what(), where, "use another checkpoint");
  }
}

}  // namespace snowcoder::io
