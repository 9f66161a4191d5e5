/* What the kernels of every package share. */
#ifndef PYKERNEL_H
#define PYKERNEL_H

#include <float.h>
#ifndef __cplusplus
#include <stdbool.h>
#endif
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#endif

/* A fact that the machine code relies on. */
#if defined(__cplusplus)
#define PYKERNEL_ASSERT(name, fact) static_assert(fact, #name)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define PYKERNEL_ASSERT(name, fact) _Static_assert(fact, #name)
#else
#define PYKERNEL_ASSERT(name, fact) typedef char pykernel_assert_##name[(fact) ? 1 : -1]
#endif

/* What a kernel returns. */
enum { PYKERNEL_RETURNED = 0, PYKERNEL_RAISED = 1 };

/* How far below the caller's frame a recursive kernel may go down the stack, in bytes, before it
   raises RecursionError. */
#ifndef PYKERNEL_STACK
#define PYKERNEL_STACK (256 * 1024)
#endif

struct pykernel_raised;

/* The iterations `first` to `end`, not included, of a kernel's parallel loop. Gives PYKERNEL_RETURNED or
   PYKERNEL_RAISED. May run on several threads at a time, over different iterations. */
typedef int32_t (*pykernel_parallel_body)(const uint8_t *context, int64_t first, int64_t end,
                                          struct pykernel_raised *raised);

/* What kernels ask of the program that runs them. */
typedef struct pykernel_host {
    /* Memory at a multiple of `align`, which is at most 16, all zero if `zeroed`; null if there is
       none. */
    uint8_t *(*allocate)(size_t bytes, size_t align, bool zeroed);
    /* Takes it back. */
    void (*release)(uint8_t *data, size_t bytes, size_t align);
    /* Writes a text to the standard output: a template and the values of its placeholders. */
    void (*print)(const char *bytes, size_t length, const uint64_t *operands, size_t count);
    /* Null, so that kernels run their parallel loops themselves; or a function that calls `body` for
       parts that together are 0 to `count`, each with `context` and a record of its own: a copy of
       `raised` with the stack limit of its thread. `cost` is about how many operations an iteration
       takes. Where parts raise it copies `site` and `operands` of the lowest one to `raised` and gives
       PYKERNEL_RAISED. */
    int32_t (*parallel_for)(pykernel_parallel_body body, const uint8_t *context, int64_t count,
                            int64_t cost, struct pykernel_raised *raised);
    /* What the calling thread keeps of random numbers: for 0 the state of NumPy's generator, for 1 that of
       Python's, each of PYKERNEL_TWISTER words; for 2 four words that nobody can foretell, other ones each
       time. Null of a program that keeps none: kernels that ask then raise RuntimeError. */
    uint32_t *(*random)(uint32_t which);
    /* Null, so that kernels that need linear algebra or Fourier transforms raise RuntimeError; or a
       function that computes them, such as that of the Rust crate pykernel-routines. */
    int32_t (*run_routine)(uint32_t routine, const void *operands, size_t count);
} pykernel_host;

static inline uint8_t *pykernel_allocate(size_t bytes, size_t align, bool zeroed)
{
    (void)align;
    return (uint8_t *)(zeroed ? calloc(bytes, 1) : malloc(bytes));
}

static inline void pykernel_release(uint8_t *data, size_t bytes, size_t align)
{
    (void)bytes;
    (void)align;
    free(data);
}

static inline void pykernel_print(const char *bytes, size_t length, const uint64_t *operands, size_t count);

/* A state of the Mersenne Twister: its words, how many of them are used, whether a normal number is kept, and
   that number's halves. */
#define PYKERNEL_TWISTER_KEY 624
#define PYKERNEL_TWISTER (PYKERNEL_TWISTER_KEY + 4)

/* What each thread has of its own. */
#ifndef PYKERNEL_THREAD_LOCAL
#if defined(__cplusplus)
#define PYKERNEL_THREAD_LOCAL thread_local
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define PYKERNEL_THREAD_LOCAL _Thread_local
#elif defined(__GNUC__)
#define PYKERNEL_THREAD_LOCAL __thread
#else
#define PYKERNEL_THREAD_LOCAL
#endif
#endif

/* Fills words from the operating system's entropy where it is a file, and from the clock and an address, mixed
   as by splitmix64, where it is not. */
static inline void pykernel_entropy(uint32_t *words, size_t count)
{
    static PYKERNEL_THREAD_LOCAL uint64_t seed;
    size_t i;
    FILE *file = fopen("/dev/urandom", "rb");
    size_t found = file ? fread(words, sizeof *words, count, file) : 0;
    if (file)
        fclose(file);
    seed += (uint64_t)time(NULL) ^ (uint64_t)clock() << 32 ^ (uint64_t)(uintptr_t)&seed;
    for (i = found; i < count; i++) {
        uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        words[i] = (uint32_t)((z ^ z >> 31) >> 32);
    }
}

/* The states of the calling thread, which the functions of one translation unit share. */
static inline uint32_t *pykernel_random(uint32_t which)
{
    static PYKERNEL_THREAD_LOCAL uint32_t states[2][PYKERNEL_TWISTER], entropy[4];
    uint32_t *state = entropy;
    if (which > 1) {
        pykernel_entropy(entropy, 4);
        return entropy;
    }
    state = states[which];
    if (!state[0] && !state[PYKERNEL_TWISTER_KEY]) {
        pykernel_entropy(state, PYKERNEL_TWISTER_KEY);
        state[0] |= UINT32_C(0x80000000);
        state[PYKERNEL_TWISTER_KEY] = PYKERNEL_TWISTER_KEY;
    }
    return state;
}

/* The host of all kernels that this program calls. */
static inline const pykernel_host *pykernel_default_host(void)
{
    static const pykernel_host host = {pykernel_allocate, pykernel_release, pykernel_print, NULL, pykernel_random, NULL};
    return &host;
}
#ifndef PYKERNEL_HOST
#define PYKERNEL_HOST pykernel_default_host()
#endif

/* What follows the elements of an array that a kernel made. */
typedef struct pykernel_block {
    uint64_t references;
    uint8_t *data;
    size_t bytes;
    size_t align;
} pykernel_block;

/* Takes the owner of an array that a kernel has returned, whose elements are then gone. There is
   none where the memory belongs to an argument. */
static inline void pykernel_free(void *owner)
{
    pykernel_block block;
    if (!owner)
        return;
    memcpy(&block, owner, sizeof block);
    block.references--;
    if (block.references)
        memcpy(owner, &block, sizeof block);
    else
        PYKERNEL_HOST->release(block.data, block.bytes, block.align);
}

/* How many values the message of an exception can have. */
#define PYKERNEL_MAX_OPERANDS 9

/* What a kernel raised. It needs no initial value, and may be read as long as the kernel's code is
   loaded. */
typedef struct pykernel_raised {
    const void *site;
    uint64_t operands[PYKERNEL_MAX_OPERANDS];
    uintptr_t stack_limit;
    const pykernel_host *host;
    const void *const *callables;
    uint32_t level;
} pykernel_raised;

/* A complex number; an array of them is an array of C's or C++'s own. */
typedef struct pykernel_complex64 {
    float real, imag;
} pykernel_complex64;

typedef struct pykernel_complex128 {
    double real, imag;
} pykernel_complex128;

PYKERNEL_ASSERT(pointers_have_64_bits, sizeof(void *) == 8 && sizeof(size_t) == 8);
PYKERNEL_ASSERT(bool_is_a_byte, sizeof(bool) == 1);
PYKERNEL_ASSERT(operands_follow_site, offsetof(pykernel_raised, operands) == 8);
PYKERNEL_ASSERT(stack_limit_follows_operands, offsetof(pykernel_raised, stack_limit) == 80);
PYKERNEL_ASSERT(host_follows_stack_limit, offsetof(pykernel_raised, host) == 88);
PYKERNEL_ASSERT(callables_follow_host, offsetof(pykernel_raised, callables) == 96);
PYKERNEL_ASSERT(level_follows_callables, offsetof(pykernel_raised, level) == 104);
PYKERNEL_ASSERT(host_allocates_first, offsetof(pykernel_host, allocate) == 0);
PYKERNEL_ASSERT(host_releases_then, offsetof(pykernel_host, release) == 8);
PYKERNEL_ASSERT(host_prints_then, offsetof(pykernel_host, print) == 16);
PYKERNEL_ASSERT(host_runs_loops_then, offsetof(pykernel_host, parallel_for) == 24);
PYKERNEL_ASSERT(host_has_states, offsetof(pykernel_host, random) == 32);
PYKERNEL_ASSERT(host_runs_routines_last, offsetof(pykernel_host, run_routine) == 40);
PYKERNEL_ASSERT(complex64_is_two_floats, sizeof(pykernel_complex64) == 8);
PYKERNEL_ASSERT(complex128_is_two_doubles, sizeof(pykernel_complex128) == 16);

/* What this machine can do, so that kernels run their best variant for it: 4 where it has x86-64-v4, 3
   where it has x86-64-v3, 0 where it has neither or the compiler does not tell. Define PYKERNEL_LEVEL as 0
   for what every machine can do. */
#ifdef PYKERNEL_LEVEL
static inline uint32_t pykernel_level(void)
{
    return PYKERNEL_LEVEL;
}
#elif defined(__x86_64__) && defined(__GNUC__)
static inline uint32_t pykernel_find_level(void)
{
    unsigned a, b, c, d;
    /* The function below asks the operating system too; not all compilers know it for LZCNT, which is
       bit 5 of what this leaf gives in ecx. */
    __builtin_cpu_init();
    if (!(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
          && __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt")
          && __get_cpuid(0x80000001u, &a, &b, &c, &d) && (c >> 5 & 1)))
        return 0;
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
                   && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq")
                   && __builtin_cpu_supports("avx512vl")
               ? 4
               : 3;
}

static inline uint32_t pykernel_level(void)
{
    /* Every thread finds the same. */
    static uint32_t known = UINT32_MAX;
    uint32_t level = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (level == UINT32_MAX) {
        level = pykernel_find_level();
        __atomic_store_n(&known, level, __ATOMIC_RELAXED);
    }
    return level;
}
#else
static inline uint32_t pykernel_level(void)
{
    return 0;
}
#endif

/* Makes a record ready for a call. */
static inline pykernel_raised *pykernel_prepare(pykernel_raised *raised)
{
    raised->site = NULL;
    raised->stack_limit = 0;
    raised->host = PYKERNEL_HOST;
    raised->callables = NULL;
    raised->level = pykernel_level();
    return raised;
}

/* The same, where the kernel may call itself: it needs a place on the stack of this thread. */
static inline pykernel_raised *pykernel_prepare_recursive(pykernel_raised *raised)
{
    char here = 0;
    uintptr_t stack = (uintptr_t)&here;
    pykernel_prepare(raised);
    raised->stack_limit = stack > PYKERNEL_STACK ? stack - PYKERNEL_STACK : 1;
    return raised;
}

/* A text under construction: as snprintf, what does not fit is counted and not written. */
typedef struct pykernel_text {
    char *bytes;
    size_t size;
    size_t length;
} pykernel_text;

static inline void pykernel_put(pykernel_text *text, const char *bytes, size_t length)
{
    size_t i;
    for (i = 0; i < length; i++, text->length++) {
        if (text->length + 1 < text->size) {
            text->bytes[text->length] = bytes[i];
        }
    }
}

static inline void pykernel_put_string(pykernel_text *text, const char *string)
{
    pykernel_put(text, string, strlen(string));
}

static inline void pykernel_put_zeros(pykernel_text *text, int count)
{
    while (count-- > 0) {
        pykernel_put(text, "0", 1);
    }
}

/* The fewest digits that read back as the same number; gives their number and the exponent. */
static inline int pykernel_digits(double x, int single, char digits[20], int *exponent)
{
    char text[40];
    const char *at;
    int precision, count = 0;
    for (precision = 0; precision < 17; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, x);
        if (single ? strtof(text, NULL) == (float)x : strtod(text, NULL) == x) {
            break;
        }
    }
    for (at = text; *at && *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9' && count < 19) {
            digits[count++] = *at;
        }
    }
    *exponent = *at ? atoi(at + 1) : 0;
    return count;
}

/* Digits without an exponent: 0.00123, 123000.0 or 123000, 1.23. */
static inline void pykernel_put_fixed(
    pykernel_text *text, const char *digits, int count, int exponent, const char *point)
{
    int whole = exponent + 1;
    if (whole <= 0) {
        pykernel_put_string(text, "0.");
        pykernel_put_zeros(text, -whole);
        pykernel_put(text, digits, (size_t)count);
    } else if (whole >= count) {
        pykernel_put(text, digits, (size_t)count);
        pykernel_put_zeros(text, whole - count);
        pykernel_put_string(text, point);
    } else {
        pykernel_put(text, digits, (size_t)whole);
        pykernel_put_string(text, ".");
        pykernel_put(text, digits + whole, (size_t)(count - whole));
    }
}

/* A float as Python's repr writes it; a float32 as NumPy's str does. `point` ends a whole number. */
static inline void pykernel_put_float(pykernel_text *text, double x, int single, const char *point)
{
    char digits[20], tail[16];
    double size = x < 0 ? -x : x;
    int exponent, count;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (x != x) {
        pykernel_put_string(text, "nan");
        return;
    }
    if (bits >> 63) {
        pykernel_put_string(text, "-");
    }
    if (size > DBL_MAX) {
        pykernel_put_string(text, "inf");
        return;
    }
    if (!(size > 0)) {
        pykernel_put_string(text, "0");
        pykernel_put_string(text, point);
        return;
    }
    count = pykernel_digits(size, single, digits, &exponent);
    if (single ? size >= 1e-4 && size < 1e6 : exponent >= -4 && exponent < 16) {
        pykernel_put_fixed(text, digits, count, exponent, point);
        return;
    }
    pykernel_put(text, digits, 1);
    if (count > 1) {
        pykernel_put_string(text, ".");
        pykernel_put(text, digits + 1, (size_t)(count - 1));
    }
    snprintf(tail, sizeof tail, "e%c%02d", exponent < 0 ? '-' : '+', exponent < 0 ? -exponent : exponent);
    pykernel_put_string(text, tail);
}

/* A complex number as Python writes it; in parentheses, if asked for, unless its real part is
   positive zero. */
static inline void pykernel_put_complex(pykernel_text *text, const double parts[2], int single, int parentheses)
{
    uint64_t bits[2];
    memcpy(bits, parts, sizeof bits);
    if (bits[0]) {
        pykernel_put_string(text, parentheses ? "(" : "");
        pykernel_put_float(text, parts[0], single, "");
        pykernel_put_string(text, parts[1] != parts[1] || !(bits[1] >> 63) ? "+" : "");
    }
    pykernel_put_float(text, parts[1], single, "");
    pykernel_put_string(text, bits[0] && parentheses ? "j)" : "j");
}

/* The value of a placeholder `{kind}`; gives how many operands it takes, 0 if there is no such
   kind. */
static inline int pykernel_put_operand(pykernel_text *text, char kind, const uint64_t *operands, size_t count)
{
    char number[24];
    double x[2] = {0, 0};
    uint64_t bits;
    if (!count) {
        return 0;
    }
    bits = operands[0];
    memcpy(x, operands, count > 1 ? sizeof x : sizeof *x);
    switch (kind) {
    case 'i':
        snprintf(number, sizeof number, "%lld", (long long)bits);
        pykernel_put_string(text, number);
        return 1;
    case 'u':
        snprintf(number, sizeof number, "%llu", (unsigned long long)bits);
        pykernel_put_string(text, number);
        return 1;
    case 'f':
    case 'g':
        pykernel_put_float(text, x[0], kind == 'g', ".0");
        return 1;
    case 'b':
        pykernel_put_string(text, bits ? "True" : "False");
        return 1;
    case 'B':
        pykernel_put_string(text, bits ? "np.True_" : "np.False_");
        return 1;
    case 'c':
    case 'C':
    case 'k':
    case 'K':
        if (count < 2) {
            return 0;
        }
        pykernel_put_complex(text, x, kind == 'k' || kind == 'K', kind == 'C' || kind == 'K');
        return 2;
    default:
        return 0;
    }
}

/* A template with its operands. */
static inline void pykernel_put_template(
    pykernel_text *text, const char *bytes, size_t length, const uint64_t *operands, size_t count)
{
    size_t i = 0, next = 0;
    while (i < length) {
        size_t taken = 0;
        if (bytes[i] != '{' && bytes[i] != '}') {
            pykernel_put(text, bytes + i, 1);
            i++;
            continue;
        }
        if (bytes[i] == '{' && i + 2 < length && bytes[i + 2] == '}') {
            taken = (size_t)pykernel_put_operand(text, bytes[i + 1], operands + next, count - next);
        }
        next += taken;
        if (!taken) {
            pykernel_put(text, bytes + i, 1);
        }
        i += taken ? 3 : 2;
    }
}

static inline void pykernel_print(const char *bytes, size_t length, const uint64_t *operands, size_t count)
{
    char small[256] = "";
    pykernel_text text = {NULL, 0, 0};
    pykernel_put_template(&text, bytes, length, operands, count);
    text.size = text.length + 1;
    text.length = 0;
    text.bytes = text.size > sizeof small ? (char *)malloc(text.size) : small;
    if (!text.bytes) {
        return;
    }
    pykernel_put_template(&text, bytes, length, operands, count);
    fwrite(text.bytes, 1, text.length, stdout);
    if (text.bytes != small) {
        free(text.bytes);
    }
}

/* What was raised, and where: the lengths of class, message, file and function, and the line. The
   texts follow. */
typedef struct pykernel_site {
    uint32_t lengths[4];
    uint32_t line;
} pykernel_site;

PYKERNEL_ASSERT(site_has_20_bytes, sizeof(pykernel_site) == 20);

/* Whether what was raised is of this class: "ZeroDivisionError". */
static inline int pykernel_is(const pykernel_raised *raised, const char *class_name)
{
    pykernel_site site;
    if (!raised->site) {
        return 0;
    }
    memcpy(&site, raised->site, sizeof site);
    return strlen(class_name) == site.lengths[0]
           && memcmp((const char *)raised->site + sizeof site, class_name, site.lengths[0]) == 0;
}

/* Writes what was raised as text, such as

       ValueError: x must be positive (File "kernels/finance.py", line 12, in black_scholes)

   into a buffer of `size` bytes, with a zero at its end. As snprintf it gives the length that the
   whole text has. */
static inline size_t pykernel_message(const pykernel_raised *raised, char *buffer, size_t size)
{
    pykernel_text text;
    pykernel_site site;
    const char *at = (const char *)raised->site;
    char line[24];
    text.bytes = buffer;
    text.size = size;
    text.length = 0;
    if (at) {
        memcpy(&site, at, sizeof site);
        at += sizeof site;
        pykernel_put(&text, at, site.lengths[0]);
        at += site.lengths[0];
        if (site.lengths[1]) {
            pykernel_put_string(&text, ": ");
            pykernel_put_template(&text, at, site.lengths[1], raised->operands, PYKERNEL_MAX_OPERANDS);
        }
        at += site.lengths[1];
        pykernel_put_string(&text, " (File \"");
        pykernel_put(&text, at, site.lengths[2]);
        at += site.lengths[2];
        snprintf(line, sizeof line, "\", line %lu, in ", (unsigned long)site.line);
        pykernel_put_string(&text, line);
        pykernel_put(&text, at, site.lengths[3]);
        pykernel_put_string(&text, ")");
    }
    if (size) {
        buffer[text.length < size ? text.length : size - 1] = 0;
    }
    return text.length;
}

#endif
