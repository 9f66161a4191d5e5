// The Mandelbrot kernel of scalar.py on lanes by hand: four vectors of eight points side by side, as wide code has
// them, with masks. Prints the best of 300 runs, in milliseconds, for as many points as 300×200.
//
//   gcc -O3 -march=native -mprefer-vector-width=512 -ffp-contract=off benches/mandelbrot_lanes.c -o target/lanes && target/lanes
#include <immintrin.h>
#include <stdio.h>
#include <time.h>

enum { VECTORS = 4, LANES = 8, HEIGHT = 200, WIDTH = 288, LIMIT = 200, RUNS = 300 };
typedef double doubles __attribute__((vector_size(8 * LANES)));
typedef long longs __attribute__((vector_size(8 * LANES)));

static int any(longs mask) { return _mm512_test_epi64_mask((__m512i)mask, (__m512i)mask) != 0; }

__attribute__((noinline)) static void mandelbrot(unsigned char *image, long limit) {
    for (long row = 0; row < HEIGHT; row++) {
        doubles y = (doubles){} + (-1.0 + row * (2.0 / HEIGHT));
        for (long column = 0; column < WIDTH; column += VECTORS * LANES) {
            doubles x[VECTORS], re[VECTORS], im[VECTORS], re2[VECTORS], im2[VECTORS];
            longs active[VECTORS], shade[VECTORS], leaving[VECTORS];
            for (int v = 0; v < VECTORS; v++) {
                for (int lane = 0; lane < LANES; lane++)
                    x[v][lane] = -2.0 + (double)(column + LANES * v + lane) * (3.0 / WIDTH);
                re[v] = im[v] = re2[v] = im2[v] = (doubles){};
                active[v] = ~(longs){};
                shade[v] = (longs){} + 255;
            }
            for (long i = 0; i < limit; i++) {
                longs some = {}, left = {};
                for (int v = 0; v < VECTORS; v++) {
                    doubles product = re[v] * im[v];
                    re[v] = x[v] + (re2[v] - im2[v]);
                    im[v] = y + (product + product);
                    re2[v] = re[v] * re[v];
                    im2[v] = im[v] * im[v];
                    leaving[v] = active[v] & (re2[v] + im2[v] >= 4.0);
                    some |= leaving[v];
                }
                if (__builtin_expect(any(some), 0)) {
                    longs number = (longs){} + 255 * i / limit;
                    for (int v = 0; v < VECTORS; v++)
                        shade[v] = (leaving[v] & number) | (~leaving[v] & shade[v]);
                }
                for (int v = 0; v < VECTORS; v++) {
                    active[v] &= ~leaving[v];
                    left |= active[v];
                }
                if (!any(left)) break;
            }
            for (int v = 0; v < VECTORS; v++)
                for (int lane = 0; lane < LANES; lane++)
                    image[row * WIDTH + column + LANES * v + lane] = (unsigned char)shade[v][lane];
        }
    }
}

int main(void) {
    static unsigned char image[HEIGHT * WIDTH];
    double best = 1e9;
    for (int run = 0; run < RUNS; run++) {
        struct timespec begin, end;
        clock_gettime(CLOCK_MONOTONIC, &begin);
        mandelbrot(image, LIMIT);
        clock_gettime(CLOCK_MONOTONIC, &end);
        double took = (end.tv_sec - begin.tv_sec) * 1e3 + (end.tv_nsec - begin.tv_nsec) / 1e6;
        best = took < best ? took : best;
    }
    printf("%.3f ms, first pixel %d\n", best * 300 / WIDTH, image[0]);
}
