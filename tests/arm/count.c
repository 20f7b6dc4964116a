/* A plugin of qemu 7.2 that counts a program's instructions: -plugin count.so,out=FILE

Each call of getppid by the program appends two counts so far to FILE: all instructions, and those
that multiply int8 and add up the products (sdot and udot; vpmaddubsw). One thread at a time may
run, since qemu's inline additions are not atomic. What is declared here is version 1 of the
plugins' interface, because Debian packages no qemu-plugin.h. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct block;
struct instruction;
typedef uint64_t word;

struct about {
    const char *target;
};

void qemu_plugin_register_vcpu_tb_trans_cb(word, void (*)(word, struct block *));
void qemu_plugin_register_vcpu_tb_exec_inline(struct block *, int, void *, word);
void qemu_plugin_register_vcpu_syscall_cb(word, void (*)(word, unsigned, int64_t, word, word, word,
                                                         word, word, word, word, word));
size_t qemu_plugin_tb_n_insns(const struct block *);
struct instruction *qemu_plugin_tb_get_insn(const struct block *, size_t);
const void *qemu_plugin_insn_data(const struct instruction *);
size_t qemu_plugin_insn_size(const struct instruction *);

int qemu_plugin_version = 1;

enum { ADD = 0 };
static bool arm;
static FILE *out;
static uint64_t all, products;

static bool multiplies_int8(const struct instruction *instruction) {
    const unsigned char *bytes = qemu_plugin_insn_data(instruction);
    if (!arm) /* VEX.66.0F38 04 */
        return qemu_plugin_insn_size(instruction) > 4 && bytes[0] == 0xc4 &&
               (bytes[1] & 0x1f) == 2 && (bytes[2] & 3) == 1 && bytes[3] == 4;
    uint32_t code;
    memcpy(&code, bytes, sizeof code);
    bool by_vector = (code & 0x9fe0fc00) == 0x0e809400;
    bool by_element = (code & 0x9fc0f400) == 0x0f80e000;
    return by_vector || by_element;
}

static void translated(word id, struct block *block) {
    size_t count = qemu_plugin_tb_n_insns(block), found = 0;
    for (size_t each = 0; each < count; each++)
        found += multiplies_int8(qemu_plugin_tb_get_insn(block, each));
    qemu_plugin_register_vcpu_tb_exec_inline(block, ADD, &all, count);
    if (found)
        qemu_plugin_register_vcpu_tb_exec_inline(block, ADD, &products, found);
}

static void called(word id, unsigned processor, int64_t number, word a, word b, word c, word d,
                   word e, word f, word g, word h) {
    if (number == (arm ? 173 : 110)) { /* getppid */
        fprintf(out, "%llu %llu\n", (unsigned long long)all, (unsigned long long)products);
        fflush(out);
    }
}

int qemu_plugin_install(word id, const struct about *about, int count, char **arguments) {
    if (count != 1 || strncmp(arguments[0], "out=", 4) || !(out = fopen(arguments[0] + 4, "w")))
        return 1;
    arm = !strcmp(about->target, "aarch64");
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_vcpu_syscall_cb(id, called);
    return 0;
}
