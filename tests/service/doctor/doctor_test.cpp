// SPDX-License-Identifier: Apache-2.0
// Each problem of the table is planted on this machine, and is found: a finding without a planting fails.
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/service/doctor/doctor_fixture.hpp"

namespace tcm::test {
namespace {

namespace fs = std::filesystem;
using service::DoctorFinding;
using service::DoctorFindingId;
using service::DoctorReport;
using Id = DoctorFindingId;

constexpr ::uid_t kNobody = 65534;

fs::path mounted(Machine& machine, unsigned long flags, const std::string& options) {
  const fs::path at = machine.home() / "mounted";
  machine.mount(at, flags, options);
  machine.variables["TRITON_CACHE_DIR"] = at.string();
  return at;
}

void mark_schema(Machine& machine, int version) {
  run_sql(machine.database().string(),
          "UPDATE tcm_meta SET value = " + std::to_string(version) + " WHERE name = 'schema_version'");
}

void damage(const fs::path& file) {
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  // From the second page on: the header is whole.
  out.seekp(4096);
  out << std::string(fs::file_size(file) - 4096, '\xee');
}

using Planting = void (*)(Machine& machine);

const std::map<Id, Planting>& plantings() {
  static const std::map<Id, Planting> all{
      {Id::cache_unusable,
       [](Machine& machine) {
         write_file(machine.home() / "file", "no directory");
         machine.variables["TRITON_CACHE_DIR"] = (machine.home() / "file").string();
       }},
      {Id::cache_not_indexed, [](Machine& machine) { make_inductor(machine.home() / "tmp/torchinductor_you", 1); }},
      {Id::index_stale,
       [](Machine& machine) {
         let_settle();
         add_kernels(machine.cache(), 1, 50);
       }},
      {Id::root_absent,
       [](Machine& machine) {
         add_kernel(machine.home() / "other");
         machine.index({(machine.home() / "other").string()});
         fs::remove_all(machine.home() / "other");
       }},
      {Id::entries_broken,
       [](Machine& machine) {
         write_file(add_kernel(machine.cache(), {.seed = 7}) / "__grp__add_kernel.json", "no JSON");
         machine.index();
       }},
      {Id::entries_elsewhere,
       [](Machine& machine) {
         add_kernel(machine.cache(), {.seed = 7, .group_root = "/was/here"});
         machine.index();
       }},
      {Id::entries_left_over,
       [](Machine& machine) {
         add_leftover(machine.cache(), 8);
         machine.index();
       }},
      {Id::over_limit, [](Machine& machine) { machine.variables["TCM_PRUNE_MAX_SIZE"] = "1K"; }},
      {Id::store_not_managed, [](Machine& machine) { write_file(machine.cache() / "cache-v1.sqlite3", "a store"); }},
      {Id::mount_noexec, [](Machine& machine) { mounted(machine, MS_NOEXEC, "size=4m"); }},
      {Id::mount_read_only, [](Machine& machine) { mounted(machine, MS_RDONLY, "size=4m"); }},
      {Id::mount_noatime, [](Machine& machine) { mounted(machine, MS_NOATIME, "size=4m"); }},
      // No test can start a server in the kernel: what the kernel would say of one is planted instead.
      {Id::mount_network,
       [](Machine& machine) {
         machine.proc = (machine.home() / "proc").string();
         write_file(machine.home() / "proc/self/mountinfo",
                    "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n30 22 0:25 / " + machine.home().string() +
                        " rw,relatime - nfs4 server:/export rw,vers=4.2\n");
       }},
      {Id::mount_in_memory, [](Machine& machine) { mounted(machine, 0, "size=4m"); }},
      {Id::disk_full, [](Machine& machine) { Machine::fill(mounted(machine, 0, "size=2m"), 0); }},
      {Id::disk_nearly_full, [](Machine& machine) { Machine::fill(mounted(machine, 0, "size=8m"), 200'000); }},
      {Id::inodes_full,
       [](Machine& machine) { Machine::fill_inodes(mounted(machine, 0, "size=8m,nr_inodes=100"), 0); }},
      {Id::inodes_nearly_full,
       [](Machine& machine) { Machine::fill_inodes(mounted(machine, 0, "size=8m,nr_inodes=400"), 8); }},
      {Id::plugins_none,
       [](Machine& machine) {
         fs::create_directories(machine.home() / "plugins");
         machine.plugins = (machine.home() / "plugins").string();
       }},
      {Id::plugin_refused,
       [](Machine& machine) {
         write_file(machine.home() / "plugins/libtcm_backend_broken.so", "no shared object");
         machine.plugins = (machine.home() / "plugins").string();
       }},
      {Id::target_not_served,
       [](Machine& machine) {
         add_xpu_kernel(machine.cache(), 9, true);
         machine.index();
       }},
      {Id::index_missing, [](Machine& machine) { fs::remove(machine.database()); }},
      {Id::index_damaged,
       [](Machine& machine) {
         add_kernels(machine.cache(), 30, 100);
         machine.index();
         damage(machine.database());
       }},
      {Id::index_unreachable,
       [](Machine& machine) { machine.variables["TCM_DB_URL"] = "postgresql://nobody@127.0.0.1:1/none"; }},
      {Id::index_too_new, [](Machine& machine) { mark_schema(machine, 1000); }},
      {Id::index_old_schema, [](Machine& machine) { mark_schema(machine, 1); }},
      {Id::settings_broken,
       [](Machine& machine) {
         write_file(machine.home() / ".config/tcm/config.toml", "[prune]\nmax_sise = \"1G\"\n");
       }},
      {Id::settings_ignored,
       [](Machine& machine) {
         write_file(machine.home() / "project/.tcm.toml", "jobs = 2\n");
         fs::permissions(machine.home() / "project/.tcm.toml", fs::perms::all);
       }},
      {Id::setting_does_nothing,
       [](Machine& machine) {
         write_file(machine.home() / ".config/tcm/config.toml", "[prune]\nlow_water = \"80%\"\n");
       }},
      {Id::settings_contradict,
       [](Machine& machine) {
         machine.variables["TCM_CACHE_DIR"] = machine.cache().string();
         machine.variables["TRITON_CACHE_DIR"] = (machine.home() / "of the job").string();
       }},
      {Id::variable_unknown,
       [](Machine& machine) {
         machine.set_variables = {"TCM_PRUNE_MAX_SISE", "TCM_JOBS"};
       }},
      {Id::variable_empty, [](Machine& machine) { machine.variables["TRITON_CACHE_DIR"] = ""; }},
      {Id::job_cache_not_indexed,
       [](Machine& machine) {
         if (::geteuid() != 0) throw Machine::SkipTest{"needs the rights of root to start a process of another user"};
         machine.start({"TRITON_CACHE_DIR=" + (machine.home() / "of the job").string()}, kNobody);
       }},
      {Id::job_mapped_file_gone,
       [](Machine& machine) {
         const fs::path module = add_module(machine.cache(), 20, "helper.so") / "helper.so";
         machine.start({"HOME=/"}, ::geteuid(), module.string());
         fs::remove(module);
       }},
  };
  return all;
}

bool has(const DoctorReport& report, Id id, const std::string& subject) {
  for (const DoctorFinding& finding : report.findings)
    if (finding.id == id && finding.subject == subject) return true;
  return false;
}

class Doctor : public testing::TestWithParam<service::DoctorFindingText> {};

TEST_P(Doctor, FindsWhatIsPlanted) {
  const Id id = GetParam().id;
  const auto planting = plantings().find(id);
  ASSERT_NE(planting, plantings().end()) << "nothing plants " << GetParam().name;
  Machine machine;
  const DoctorReport before = machine.examine();
  try {
    planting->second(machine);
  } catch (const Machine::SkipTest& skip) {
    GTEST_SKIP() << skip.why;
  }
  const DoctorReport after = machine.examine();
  std::vector<DoctorFinding> fresh;
  for (const DoctorFinding& finding : after.findings)
    if (finding.id == id && !has(before, id, finding.subject)) fresh.push_back(finding);
  ASSERT_FALSE(fresh.empty()) << GetParam().name << " was not found";
  for (const DoctorFinding& finding : fresh) {
    EXPECT_FALSE(finding.subject.empty());
    EXPECT_FALSE(todo_of(finding).empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Planted, Doctor,
                         testing::ValuesIn(service::doctor_finding_texts().begin(),
                                           service::doctor_finding_texts().end()),
                         [](const auto& row) {
                           std::string name(row.param.name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(DoctorTable, IsInTheOrderOfItsIdsAndNamesEachOnce) {
  std::set<std::string_view> names;
  std::size_t at = 0;
  for (const service::DoctorFindingText& text : service::doctor_finding_texts()) {
    EXPECT_EQ(static_cast<std::size_t>(text.id), at++);
    EXPECT_TRUE(names.insert(text.name).second) << text.name;
    EXPECT_FALSE(text.todo.empty());
  }
  EXPECT_EQ(plantings().size(), names.size());
}

TEST(DoctorTable, WhatToDoNamesThePlace) {
  EXPECT_EQ(service::todo_of({Id::root_absent, "/mnt/old", {}}), "mount it, or tcm index --forget /mnt/old");
  EXPECT_EQ(service::todo_of({Id::root_absent, "/mnt/it's; rm", {}}),
            "mount it, or tcm index --forget '/mnt/it'\\''s; rm'");
  EXPECT_THAT(service::todo_of({Id::mount_noexec, "/mnt", {}}), testing::HasSubstr("TRITON_CACHE_DIR"));
}

/// Where the tests run decides about mounts and jobs of others.
std::vector<std::string> own_findings(const DoctorReport& report) {
  std::vector<std::string> names;
  for (const DoctorFinding& finding : report.findings) {
    const auto section = text_of(finding.id).section;
    if (section != service::DoctorSection::mounts && section != service::DoctorSection::jobs)
      names.push_back(std::string(to_string(finding.id)) + " " + finding.subject);
  }
  return names;
}

/// Processes of this machine have caches, too.
const service::CacheState* state_of(const DoctorReport& report, const fs::path& path) {
  for (const service::CacheState& cache : report.caches)
    if (cache.path == path) return &cache;
  return nullptr;
}

TEST(DoctorTable, AHealthyMachineHasNothingOfItsOwn) {
  Machine machine;
  fs::create_directories(machine.home() / "proc");
  machine.proc = (machine.home() / "proc").string();
  const DoctorReport report = machine.examine();
  EXPECT_EQ(own_findings(report), std::vector<std::string>{});
  ASSERT_EQ(report.caches.size(), 1U);
  EXPECT_EQ(report.caches[0].size_from, service::SizeSource::index);
  EXPECT_EQ(report.caches[0].bytes, bytes_below(machine.cache()));
  EXPECT_THAT(report.caches[0].known_from, testing::ElementsAre("default", "index"));
  EXPECT_TRUE(report.database->checked);
  EXPECT_FALSE(report.plugins.empty());
}

TEST(DoctorTable, ItCreatesNothing) {
  Machine machine;
  const auto everything = [&machine] {
    std::set<std::string> paths;
    for (const auto& item : fs::recursive_directory_iterator(machine.home())) paths.insert(item.path().string());
    return paths;
  };
  machine.variables["TRITON_CACHE_DIR"] = (machine.home() / "not/there").string();
  machine.examine();
  fs::remove(machine.database());
  const auto before = everything();
  machine.examine();
  EXPECT_EQ(everything(), before);
}

TEST(DoctorTable, OtherKernelCachesAreSizedAndNotTouched) {
  Machine machine;
  for (const char* file :
       {".tilelang/cache/ab/kernel.so", ".cache/flashinfer/0.2/ops.so", ".deep_gemm/cache/k/kernel.bin",
        ".nv/ComputeCache/a/b/index", ".cache/comgr/llvmcache-1", "cute/k.mlir"})
    write_file(machine.home() / file, std::string(5000, 'x'));
  machine.variables["CUTE_DSL_CACHE_DIR"] = (machine.home() / "cute").string();
  const DoctorReport report = machine.examine();
  std::map<std::string, std::uint64_t> bytes;
  for (const service::OtherCache& other : report.others)
    if (other.path.starts_with(machine.home().string())) bytes[other.tool] = other.use.bytes;
  EXPECT_THAT(bytes,
              testing::UnorderedElementsAre(testing::Pair("tilelang", 5000), testing::Pair("flashinfer", 5000),
                                            testing::Pair("deep-gemm", 5000), testing::Pair("compute-cache", 5000),
                                            testing::Pair("comgr", 5000), testing::Pair("cute-dsl", 5000)));
}

TEST(DoctorTable, CachesOfRunningProcessesAreFound) {
  Machine machine;
  make_inductor(machine.home() / "of the job", 1);
  const pid_t child =
      machine.start({"TORCHINDUCTOR_CACHE_DIR=" + (machine.home() / "of the job").string()}, ::geteuid());
  const DoctorReport report = machine.examine();
  const service::CacheState* state = state_of(report, machine.home() / "of the job");
  ASSERT_NE(state, nullptr);
  EXPECT_THAT(state->known_from,
              testing::ElementsAre("env TORCHINDUCTOR_CACHE_DIR of process " + std::to_string(child)));
  EXPECT_EQ(state->layout, model::Layout::inductor);
  EXPECT_EQ(state->size_from, service::SizeSource::disk);
  EXPECT_TRUE(std::any_of(report.jobs.begin(), report.jobs.end(),
                          [child](const service::JobState& job) { return job.process == child; }));
}

}  // namespace
}  // namespace tcm::test
