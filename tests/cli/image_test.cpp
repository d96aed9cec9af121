// SPDX-License-Identifier: Apache-2.0
// Images of kernels: what other tools read is written, and what they write is read.
#include <fstream>
#include <set>
#include <thread>

#include <boost/json.hpp>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util/sha256.hpp"
#include "tests/cli/cli_fixture.hpp"
#include "tests/support/tar_builder.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
namespace bj = boost::json;
using testing::AllOf;
using testing::HasSubstr;

/// A layout made by hand.
class Layout {
 public:
  explicit Layout(fs::path directory) : directory_(std::move(directory)) {
    write_file(directory_ / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  }

  bj::object blob(const std::string& text, const std::string& type) {
    const std::string hex = util::hex_of(util::sha256_of(text));
    write_file(directory_ / "blobs/sha256" / hex, text);
    return {{"mediaType", type}, {"digest", "sha256:" + hex}, {"size", text.size()}};
  }

  bj::object image(const std::vector<std::string>& layers, const std::string& layer_type, const std::string& type) {
    bj::array listed;
    for (const std::string& layer : layers) listed.push_back(blob(layer, layer_type));
    const bj::object config = blob("{}", "application/vnd.oci.image.config.v1+json");
    return blob(bj::serialize(bj::object{{"schemaVersion", 2}, {"config", config}, {"layers", listed}}), type);
  }

  void index(const bj::array& manifests) {
    write_file(directory_ / "index.json", bj::serialize(bj::object{{"schemaVersion", 2}, {"manifests", manifests}}));
  }

 private:
  fs::path directory_;
};

constexpr const char* kOci = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* kDocker = "application/vnd.docker.distribution.manifest.v2+json";
constexpr const char* kOciLayer = "application/vnd.oci.image.layer.v1.tar+gzip";
constexpr const char* kDockerLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip";

class Image : public CliTest {
 protected:
  void SetUp() override { add_kernels(cache(), 4); }

  fs::path layout() const { return home_ / "layout"; }
  fs::path other() const { return home_ / "other"; }
  std::string place(const std::string& tag = "kernels") const { return "oci:" + layout().string() + ":" + tag; }

  void expect_ok(const ProgramResult& result) { EXPECT_EQ(result.exit_code, 0) << result.out << result.err; }

  ProgramResult import(const std::string& from) { return tcm({"import", "--cache-dir", other().string(), from}); }

  void expect_hits(std::int64_t kernels) {
    const auto report = json({"verify", "--json", "--cache-dir", other().string()});
    EXPECT_EQ(report.at("lookups").at("hit").as_int64(), kernels) << report;
    EXPECT_EQ(report.at("lookups").at("miss").as_int64() + report.at("lookups").at("fail").as_int64(), 0) << report;
  }

  /// The cache in a tar as Go programs write it: without a manifest of ours.
  std::string layer_of(bool slashes, bool top, const std::string& begin = "io.triton.cache/") {
    TarBuilder tar;
    const std::string slash = slashes ? "/" : "";
    if (top) tar.add(begin.substr(0, begin.size() - 1) + slash, {}, '5');
    for (const auto& entry : fs::directory_iterator(cache())) {
      const std::string key = begin + entry.path().filename().string();
      tar.add(key + slash, {}, '5');
      for (const auto& file : fs::directory_iterator(entry))
        tar.add(key + "/" + file.path().filename().string(), read_file(file));
    }
    return tar.finish();
  }

  std::string gzipped(const std::string& text) {
    write_file(home_ / "z", text);
    EXPECT_EQ(std::system(("gzip -nf " + (home_ / "z").string()).c_str()), 0);
    return read_file(home_ / "z.gz");
  }
};

TEST_F(Image, WhatIsExportedIsImportedAndHits) {
  const ProgramResult exported = tcm({"export", place()});
  expect_ok(exported);
  EXPECT_THAT(exported.out, HasSubstr("The image is sha256:"));
  const ProgramResult shown = tcm({"inspect", place()});
  expect_ok(shown);
  EXPECT_THAT(shown.out, AllOf(HasSubstr("4 entries"), HasSubstr("all digests hold")));
  expect_ok(import(place()));
  expect_hits(4);
}

TEST_F(Image, HoldsWhatMcvLooksFor) {
  const auto report = json({"export", "--json", place()});
  const std::string digest(report.at("image_digest").as_string().subview(7));
  const auto blob = [&](const std::string& hex) { return read_file(layout() / "blobs/sha256" / hex); };
  const auto hex_in = [](const bj::value& value) { return std::string(value.at("digest").as_string().subview(7)); };
  const bj::value manifest = bj::parse(blob(digest));
  EXPECT_EQ(manifest.at("layers").as_array().size(), 1U);
  EXPECT_EQ(manifest.at("layers").at(0).at("mediaType"), kOciLayer);
  const bj::value config = bj::parse(blob(hex_in(manifest.at("config"))));
  const bj::value& labels = config.at("config").at("Labels");
  EXPECT_EQ(labels.at("cache.triton.image/entry-count"), "4");
  const bj::value summary = bj::parse(std::string(labels.at("cache.triton.image/summary").as_string()));
  EXPECT_EQ(summary.at("targets").as_array().size(), 4U);
  EXPECT_TRUE(summary.at("targets").at(0).at("arch").is_string());

  const fs::path layer = layout() / "blobs/sha256" / hex_in(manifest.at("layers").at(0));
  const fs::path unpacked = home_ / "unpacked";
  fs::create_directories(unpacked);
  ASSERT_EQ(std::system(("tar -xzf " + layer.string() + " -C " + unpacked.string()).c_str()), 0);
  ASSERT_EQ(std::system(("tar -tzf " + layer.string() + " > " + (home_ / "names").string()).c_str()), 0);
  std::uint64_t bytes = 0;
  for (const auto& file : fs::recursive_directory_iterator(unpacked / "io.triton.cache"))
    if (file.is_regular_file()) bytes += file.file_size();
  EXPECT_EQ(std::string(labels.at("cache.triton.image/cache-size-bytes").as_string()), std::to_string(bytes));
  const bj::value listed = bj::parse(read_file(unpacked / "io.triton.manifest/manifest.json"));
  ASSERT_EQ(listed.at("triton").as_array().size(), 4U);
  EXPECT_EQ(listed.at("triton").at(0).at("hash").as_string().size(), 64U);
  // No entry for the directory above, which would be taken for a kernel; every other one ends with a slash.
  for (const std::string& name : lines_of(read_file(home_ / "names"))) {
    EXPECT_NE(name, "io.triton.cache/");
    if (fs::is_directory(unpacked / name)) {
      EXPECT_TRUE(name.ends_with("/")) << name;
    }
  }
  // Unpacked at its place it hits.
  EXPECT_EQ(labels.at("io.github.tcm/mount-path"), "/root/.triton/cache");
}

TEST_F(Image, OfVllmHoldsEveryRootAndWhatMcvLooksFor) {
  const fs::path vllm = home_ / "vllm";
  const std::string first = "torch_compile_cache/0a1b2c3d4e/rank_0_0/triton_cache";
  const std::string second = "torch_compile_cache/0a1b2c3d4e/rank_1_0/triton_cache";
  const std::string compiled =
      "torch_compile_cache/torch_aot_compile/" + std::string(64, 'f') + "/inductor_cache/triton/0";
  add_kernels(vllm / first, 2, 10);
  add_kernels(vllm / second, 1, 20);
  add_kernels(vllm / compiled, 1, 30);
  // From wherever in it the cache directory begins.
  const auto above = json({"export", "--json", "--cache-dir", vllm.string(), place("above")});
  const auto below = json({"export", "--json", "--cache-dir", (vllm / "torch_compile_cache").string(), place("below")});
  EXPECT_EQ(above.at("image_digest"), below.at("image_digest"));
  EXPECT_EQ(above.at("exported").at("kernels"), 4);

  const auto blob = [&](const bj::value& named) {
    return read_file(layout() / "blobs/sha256" / std::string(named.at("digest").as_string().subview(7)));
  };
  const bj::value index = bj::parse(read_file(layout() / "index.json"));
  const bj::value manifest = bj::parse(blob(index.at("manifests").at(0)));
  const bj::value config = bj::parse(blob(manifest.at("config")));
  const bj::value& labels = config.at("config").at("Labels");
  EXPECT_EQ(labels.at("cache.vllm.image/entry-count"), "2");
  EXPECT_EQ(labels.at("cache.vllm.image/format"), "triton");
  EXPECT_EQ(labels.at("io.kserve.km/cache-hash"), bj::value("0a1b2c3d4e," + std::string(64, 'f')));
  EXPECT_EQ(labels.at("io.kserve.km/cache-mount-subpath"), "torch_compile_cache");
  EXPECT_EQ(labels.at("io.kserve.km/cache-root-env"), "VLLM_CACHE_ROOT=/root/.cache/vllm");
  EXPECT_FALSE(labels.as_object().contains("cache.triton.image/summary")) << "which would make it another kind";

  const fs::path unpacked = home_ / "unpacked";
  fs::create_directories(unpacked);
  write_file(home_ / "layer.tgz", blob(manifest.at("layers").at(0)));
  ASSERT_EQ(std::system(("tar -xzf " + (home_ / "layer.tgz").string() + " -C " + unpacked.string()).c_str()), 0);
  const bj::value listed = bj::parse(read_file(unpacked / "io.vllm.manifest/manifest.json"));
  ASSERT_EQ(listed.at("vllm").as_array().size(), 2U);
  EXPECT_EQ(listed.at("vllm").at(0).at("vllmHash"), "0a1b2c3d4e");
  EXPECT_EQ(listed.at("vllm").at(0).at("triton").as_array().size(), 3U);
  EXPECT_EQ(listed.at("vllm").at(1).at("triton").as_array().size(), 1U);
  EXPECT_TRUE(fs::exists(unpacked / "io.vllm.cache" / second));

  expect_ok(import(place("above")));
  EXPECT_TRUE(fs::exists(other() / compiled));
  expect_hits(4);
  // From another directory of the same shape it is the same image.
  EXPECT_EQ(json({"export", "--json", "--cache-dir", other().string(), place("again")}).at("image_digest"),
            above.at("image_digest"));
}

TEST_F(Image, TheSameEntriesMakeTheSameImageBesideOthers) {
  const auto first = json({"export", "--json", place("a")}).at("image_digest");
  const auto second = json({"export", "--json", place("b")}).at("image_digest");
  EXPECT_EQ(first, second);
  add_kernels(cache(), 1, 77);
  EXPECT_NE(json({"export", "--json", place("b")}).at("image_digest"), first);
  expect_ok(import(place("b")));
  expect_hits(5);
  EXPECT_EQ(tcm({"inspect", "oci:" + layout().string()}).exit_code, 2) << "which of them?";
  EXPECT_EQ(tcm({"inspect", place("c")}).exit_code, 6);
}

TEST_F(Image, SinceLeavesOutWhatAnImageHas) {
  expect_ok(tcm({"export", place("first")}));
  add_kernels(cache(), 1, 77);
  const auto report = json({"export", "--json", "--since", place("first"), (home_ / "more.tar.zst").string()});
  EXPECT_EQ(report.at("exported").at("entries"), 1);
  EXPECT_EQ(report.at("already_in_since"), 4);
  expect_ok(import(place("first")));
  expect_ok(import((home_ / "more.tar.zst").string()));
  expect_hits(5);

  fs::remove_all(layout());
  Layout made(layout());
  made.index({made.image({gzipped(layer_of(true, false))}, kOciLayer, kOci)});
  const ProgramResult theirs = tcm({"export", "--since", "oci:" + layout().string(), (home_ / "x.tar").string()});
  EXPECT_EQ(theirs.exit_code, 1);
  EXPECT_THAT(theirs.err, AllOf(HasSubstr(layout().string()), HasSubstr("holds no tcm-manifest.json")));
}

TEST_F(Image, UmociReadsWhatIsWrittenAndWhatItWritesIsRead) {
  if (!fs::exists("/usr/bin/umoci")) GTEST_SKIP() << "umoci is not installed (Debian: umoci)";
  const auto must = [](const std::string& command) {
    ASSERT_EQ(std::system((command + " >/dev/null 2>&1").c_str()), 0) << command;
  };
  const std::string rootless = ::geteuid() == 0 ? "" : "--rootless ";
  expect_ok(tcm({"export", place("ours")}));
  must("umoci raw unpack " + rootless + "--image " + layout().string() + ":ours " + (home_ / "seen").string());
  std::set<std::string> keys;
  for (const auto& entry : fs::directory_iterator(home_ / "seen/io.triton.cache"))
    keys.insert(entry.path().filename().string());
  EXPECT_EQ(keys.size(), 4U);

  // An image from the ground up: the cache in one layer, the list of it in another.
  must("umoci init --layout " + (home_ / "theirs").string());
  must("umoci new --image " + (home_ / "theirs").string() + ":1");
  must("umoci insert " + rootless + "--image " + (home_ / "theirs").string() + ":1 " + cache().string() +
       " /io.triton.cache");
  must("umoci insert " + rootless + "--image " + (home_ / "theirs").string() + ":1 " +
       (home_ / "seen/io.triton.manifest").string() + " /io.triton.manifest");
  expect_ok(import("oci:" + (home_ / "theirs").string() + ":1"));
  expect_hits(4);
}

TEST_F(Image, ReadsImagesAsOtherToolsWriteThem) {
  struct Habit {
    const char* name;
    bool slashes, top;
    const char* layer_type;
    const char* type;
  };
  for (const Habit& habit :
       {Habit{"GKM, docker", true, false, kDockerLayer, kDocker}, Habit{"GKM, buildah", true, true, kDockerLayer, kOci},
        Habit{"KServe", false, true, kOciLayer, kOci}}) {
    SCOPED_TRACE(habit.name);
    fs::remove_all(layout());
    fs::remove_all(other());
    Layout made(layout());
    TarBuilder list;
    list.add("io.triton.manifest/manifest.json", R"({"triton":[]})");
    bj::object image =
        made.image({gzipped(layer_of(habit.slashes, habit.top)), gzipped(list.finish())}, habit.layer_type, habit.type);
    // An index in the index, with images for two systems.
    bj::object windows = image;
    windows["platform"] = bj::object{{"os", "windows"}, {"architecture", "amd64"}};
    image["platform"] = bj::object{{"os", "linux"}, {"architecture", "amd64"}};
    made.index({made.blob(bj::serialize(bj::object{{"schemaVersion", 2}, {"manifests", {windows, image}}}),
                          "application/vnd.oci.image.index.v1+json")});
    expect_ok(import("oci:" + layout().string()));
    expect_hits(4);
  }
}

TEST_F(Image, RefusesWhatNoCacheHolds) {
  const std::string key(kCuda90);
  const auto bad = [&](const std::string& layer, const std::string& why) {
    SCOPED_TRACE(why);
    fs::remove_all(layout());
    Layout made(layout());
    made.index({made.image({gzipped(layer_of(true, false)), layer}, kOciLayer, kOci)});
    const ProgramResult result = import("oci:" + layout().string());
    EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
    EXPECT_THAT(result.err, HasSubstr(why));
    EXPECT_TRUE(fs::is_empty(other())) << "not even of the layer that is sound";
  };
  bad(gzipped(TarBuilder().add("io.triton.cache/" + key + "/.wh.x").finish()), "something is gone");
  bad(gzipped(TarBuilder().add("io.triton.cache/" + key, {}, '2', "/etc").finish()), "a symbolic link");
  bad(gzipped(TarBuilder().add("../x", "y").finish()), "leads out");
  bad("no archive at all", "nothing of it was taken");

  fs::remove_all(layout());
  Layout made(layout());
  bj::object image = made.image({gzipped(layer_of(true, false))}, kOciLayer, kOci);
  made.index({image});
  for (const auto& blob : fs::directory_iterator(layout() / "blobs/sha256"))
    if (blob.file_size() > 5000) write_file(blob.path(), gzipped(layer_of(true, true)));
  const ProgramResult swapped = import("oci:" + layout().string());
  EXPECT_EQ(swapped.exit_code, 1) << swapped.out;
  EXPECT_THAT(swapped.err, HasSubstr("than the image says"));
  EXPECT_TRUE(fs::is_empty(other()));
}

TEST_F(Image, WithoutSkopeoThePackageIsNamed) {
  environment_["PATH"] = home_.path().string();
  ProgramRun request;
  request.arguments = {"inspect", "docker://localhost:1/x"};
  request.environment = environment_;
  const ProgramResult result = run_program(TCM_PROGRAM, request);
  EXPECT_EQ(result.exit_code, 6) << result.err;
  EXPECT_THAT(result.err, HasSubstr("Debian: skopeo"));
}

/// A registry of this test alone.
class Registry {
 public:
  explicit Registry(const fs::path& home) {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(probe, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    ::close(probe);
    write_file(home / "registry.yml", "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: " +
                                          (home / "registry").string() +
                                          "}}\nhttp: {addr: 127.0.0.1:" + std::to_string(port_) + "}\n");
    write_file(home / ".config/containers/registries.conf",
               "[[registry]]\nlocation = \"127.0.0.1:" + std::to_string(port_) + "\"\ninsecure = true\n");
    const std::string config = (home / "registry.yml").string();
    child_ = ::fork();
    if (child_ == 0) {
      ::execlp("docker-registry", "docker-registry", "serve", config.c_str(), nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 300 && !listens(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  ~Registry() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  bool listens() const {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    const bool open = ::connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(probe);
    return open;
  }
  std::string name() const { return "docker://127.0.0.1:" + std::to_string(port_) + "/kernels:1"; }

 private:
  int port_ = 0;
  ::pid_t child_ = -1;
};

TEST_F(Image, GoesThroughARealRegistry) {
  if (!fs::exists("/usr/bin/docker-registry") || !fs::exists("/usr/bin/skopeo"))
    GTEST_SKIP() << "docker-registry and skopeo are not installed";
  const Registry registry(home_.path());
  ASSERT_TRUE(registry.listens());
  environment_["TMPDIR"] = home_.path().string();
  write_file(home_ / ".config/containers/policy.json", R"({"default":[{"type":"insecureAcceptAnything"}]})");
  const auto report = json({"export", "--json", registry.name()});
  expect_ok(tcm({"inspect", registry.name()}));
  expect_ok(import(registry.name()));
  expect_hits(4);
  // The registry knows it by the digest that was told.
  const std::string digest(report.at("image_digest").as_string());
  const std::string by_digest = registry.name().substr(0, registry.name().rfind(':')) + "@" + digest;
  expect_ok(tcm({"inspect", by_digest}));
  EXPECT_EQ(json({"export", "--json", "--since", by_digest, (home_ / "x.tar").string()}).at("already_in_since"), 4);
}

}  // namespace
}  // namespace tcm::test
