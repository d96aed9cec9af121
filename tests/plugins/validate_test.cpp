// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/plugins/elf_edit.hpp"
#include "tests/plugins/samples.hpp"

namespace tcm::plugin_test {
namespace {

std::string cubin() { return read_sample("architectures", "row_sum.90.cubin"); }
std::string hsaco() { return read_sample("architectures", "row_sum.gfx90a.hsaco"); }

Answer validate_cubin(std::string_view bytes, std::string_view arch = "") {
  return cuda_backend().validate({bytes, ".cubin", "cuda", arch});
}
Answer validate_hsaco(std::string_view bytes, std::string_view arch = "") {
  return rocm_backend().validate({bytes, ".hsaco", "hip", arch});
}

// A refusal has one line of words.
testing::Matcher<const Answer&> is_refused(tcm_status status) {
  return testing::AllOf(testing::Field("status", &Answer::status, status),
                        testing::Field("diags", &Answer::diags, testing::SizeIs(1)));
}

TEST(Validate, EverySampleIsGood) {
  for (const char* archive : {"binaries-3.6", "architectures"}) {
    for (const Vendor* vendor : {&cuda(), &rocm()}) {
      for (const Row& row : read_table(archive, *vendor)) {
        const std::string bytes = read_sample(archive, row.at("file"));
        const std::string arch = arch_of(row, *vendor, bytes);
        const Answer answer = vendor->plugin().validate({bytes, vendor->extension, vendor->target, arch});
        EXPECT_EQ(answer.status, TCM_OK) << row.at("file") << testing::PrintToString(answer.diags);
        EXPECT_TRUE(answer.groups.empty());
      }
    }
  }
}

TEST(Validate, ACutAtAnyByteIsTruncated) {
  const struct {
    const Vendor& vendor;
    const char* file;
  } samples[] = {{cuda(), "row_sum.75.cubin"},     {cuda(), "row_sum.90.cubin"},
                 {cuda(), "row_sum.120.cubin"},    {cuda(), "two_kernels.100.cubin"},
                 {rocm(), "row_sum.gfx90a.hsaco"}, {rocm(), "row_sum.gfx1200.hsaco"}};
  for (const auto& sample : samples) {
    const std::string bytes = read_sample("architectures", sample.file);
    for (size_t size = 0; size < bytes.size(); ++size) {
      const std::string cut = bytes.substr(0, size);
      const Answer answer = sample.vendor.plugin().validate({cut, sample.vendor.extension, sample.vendor.target});
      ASSERT_EQ(answer.status, TCM_TRUNCATED) << sample.file << " cut at " << size;
    }
  }
}

TEST(Validate, AnotherArchitectureThanTheMetadataSays) {
  EXPECT_THAT(validate_cubin(cubin(), "80"), is_refused(TCM_MALFORMED));
  EXPECT_THAT(validate_hsaco(hsaco(), "gfx942"), is_refused(TCM_MALFORMED));
  EXPECT_EQ(validate_cubin(cubin(), "90").diags, std::vector<std::string>{});
  EXPECT_EQ(validate_cubin(cubin(), "").status, TCM_OK);
}

TEST(Validate, OtherBytes) {
  EXPECT_THAT(validate_cubin("not an ELF file at all"), is_refused(TCM_NOT_APPLICABLE));
  EXPECT_THAT(validate_hsaco(std::string(5000, '\0')), is_refused(TCM_NOT_APPLICABLE));
  EXPECT_THAT(validate_cubin(""), is_refused(TCM_TRUNCATED));
  EXPECT_THAT(validate_cubin("\x7f"
                             "EL"),
              is_refused(TCM_TRUNCATED));
  // An ELF file, but of the other vendor.
  EXPECT_THAT(validate_cubin(hsaco()), is_refused(TCM_MALFORMED));
  EXPECT_THAT(validate_hsaco(cubin()), is_refused(TCM_MALFORMED));
}

TEST(Validate, AHeaderOfAnotherShape) {
  std::string bytes = cubin();
  bytes[EI_CLASS] = ELFCLASS32;
  EXPECT_THAT(validate_cubin(bytes), is_refused(TCM_MALFORMED));
  bytes = cubin();
  bytes[EI_DATA] = ELFDATA2MSB;
  EXPECT_THAT(validate_cubin(bytes), is_refused(TCM_MALFORMED));
  bytes = cubin();
  bytes[EI_ABIVERSION] = 99;
  EXPECT_THAT(validate_cubin(bytes), is_refused(TCM_UNSUPPORTED_VERSION));
  bytes = cubin();
  edit_header(bytes, [](Elf64_Ehdr& h) { h.e_shentsize = 40; });
  EXPECT_THAT(validate_cubin(bytes), is_refused(TCM_MALFORMED));
  bytes = cubin();
  edit_header(bytes, [](Elf64_Ehdr& h) { h.e_shstrndx = h.e_shnum; });
  EXPECT_THAT(validate_cubin(bytes), is_refused(TCM_MALFORMED));
  bytes = cubin();
  edit_header(bytes, [](Elf64_Ehdr& h) { h.e_shoff = ~uint64_t{0} - 8; });
  EXPECT_THAT(validate_cubin(bytes), is_refused(TCM_TRUNCATED));
  bytes = cubin();
  edit_header(bytes, [](Elf64_Ehdr& h) { h.e_phoff = ~uint64_t{0} - 8; });
  EXPECT_THAT(validate_cubin(bytes), is_refused(TCM_TRUNCATED));
}

TEST(Validate, EverySectionMustLieInside) {
  const std::string good = cubin();
  for (size_t index = 1; index < header_of(good).e_shnum; ++index) {
    if (section(good, index).sh_type == SHT_NOBITS) continue;
    for (uint64_t value : {uint64_t{1} << 20, uint64_t{1} << 40, ~uint64_t{0}}) {
      std::string bytes = good;
      edit_section(bytes, index, [&](Elf64_Shdr& s) { s.sh_offset = value; });
      EXPECT_THAT(validate_cubin(bytes), is_refused(TCM_TRUNCATED)) << index;
      bytes = good;
      edit_section(bytes, index, [&](Elf64_Shdr& s) { s.sh_size = value; });
      EXPECT_THAT(validate_cubin(bytes), is_refused(TCM_TRUNCATED)) << index;
    }
    std::string bytes = good;
    edit_section(bytes, index, [&](Elf64_Shdr& s) { s.sh_name = 1 << 20; });
    EXPECT_THAT(validate_cubin(bytes), is_refused(TCM_MALFORMED)) << index;
    bytes = good;
    edit_section(bytes, index, [&](Elf64_Shdr& s) { s.sh_link = 1 << 20; });
    EXPECT_THAT(validate_cubin(bytes), is_refused(TCM_MALFORMED)) << index;
  }
}

TEST(Validate, EverySymbolMustHaveANameAndASection) {
  const std::string good = hsaco();
  for (const char* table : {".symtab", ".dynsym"}) {
    const Elf64_Shdr symbols = section(good, find_section(good, table));
    for (size_t at = symbols.sh_offset + sizeof(Elf64_Sym); at < symbols.sh_offset + symbols.sh_size;
         at += sizeof(Elf64_Sym)) {
      std::string bytes = good;
      put<uint32_t>(bytes, at + offsetof(Elf64_Sym, st_name), 1 << 20);
      EXPECT_THAT(validate_hsaco(bytes), is_refused(TCM_MALFORMED)) << table << at;
      bytes = good;
      put<uint16_t>(bytes, at + offsetof(Elf64_Sym, st_shndx), 500);
      EXPECT_THAT(validate_hsaco(bytes), is_refused(TCM_MALFORMED)) << table << at;
    }
    std::string bytes = good;
    edit_section(bytes, find_section(good, table), [](Elf64_Shdr& s) { s.sh_entsize = 16; });
    EXPECT_THAT(validate_hsaco(bytes), is_refused(TCM_MALFORMED)) << table;
  }
}

TEST(Validate, EverySegmentMustLieInside) {
  const std::string good = hsaco();
  const Elf64_Ehdr header = header_of(good);
  for (size_t index = 0; index < header.e_phnum; ++index) {
    const size_t at = header.e_phoff + index * sizeof(Elf64_Phdr);
    std::string bytes = good;
    put<uint64_t>(bytes, at + offsetof(Elf64_Phdr, p_offset), uint64_t{1} << 40);
    EXPECT_THAT(validate_hsaco(bytes), is_refused(TCM_TRUNCATED)) << index;
    bytes = good;
    put<uint64_t>(bytes, at + offsetof(Elf64_Phdr, p_filesz), ~uint64_t{0});
    EXPECT_THAT(validate_hsaco(bytes), is_refused(TCM_TRUNCATED)) << index;
  }
}

TEST(Validate, EveryNoteMustFillItsSection) {
  const std::string good = hsaco();
  const size_t at = section(good, find_section(good, ".note")).sh_offset;
  for (size_t field : {offsetof(Elf64_Nhdr, n_namesz), offsetof(Elf64_Nhdr, n_descsz)}) {
    for (uint32_t value : {uint32_t{1} << 16, ~uint32_t{0}, ~uint32_t{0} - 3}) {
      std::string bytes = good;
      put(bytes, at + field, value);
      EXPECT_THAT(validate_hsaco(bytes), is_refused(TCM_MALFORMED)) << field << " " << value;
    }
  }
  std::string bytes = good;
  put<uint32_t>(bytes, at + offsetof(Elf64_Nhdr, n_type), 7);
  EXPECT_THAT(validate_hsaco(bytes), is_refused(TCM_UNSUPPORTED_VERSION));
}

TEST(Validate, EveryInfoRecordMustBeWhole) {
  const std::string good = cubin();
  for (const char* name : {".nv.info", ".nv.info.row_sum"}) {
    const size_t at = section(good, find_section(good, name)).sh_offset;
    std::string bytes = good;
    bytes[at] = 9;  // no such format
    EXPECT_THAT(validate_cubin(bytes), is_refused(TCM_MALFORMED)) << name;
    bytes = good;
    bytes[at] = 4;
    put<uint16_t>(bytes, at + 2, 0xffff);
    EXPECT_THAT(validate_cubin(bytes), is_refused(TCM_MALFORMED)) << name;
  }
}

TEST(Validate, AKernelOfTheNoteMustHaveItsDescriptor) {
  const std::string good = hsaco();
  std::string bytes = good;
  const Elf64_Shdr names = section(good, find_section(good, ".dynstr"));
  const size_t descriptor = good.find(".kd", names.sh_offset);
  ASSERT_LT(descriptor, names.sh_offset + names.sh_size);
  bytes[descriptor] = '_';
  EXPECT_THAT(validate_hsaco(bytes), is_refused(TCM_MALFORMED));

  bytes = good;  // the header's processor against the note's
  edit_header(bytes, [](Elf64_Ehdr& h) { h.e_flags = (h.e_flags & ~0xffu) | 0x4c; });
  EXPECT_THAT(validate_hsaco(bytes), is_refused(TCM_MALFORMED));
}

}  // namespace
}  // namespace tcm::plugin_test
