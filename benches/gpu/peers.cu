// Times the same work in CUDA C++: `peers RUNS NAME SIZES…` prints the seconds of a run, the median of so many.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <cuda_runtime.h>

namespace {

// Before the first run that is timed.
constexpr std::chrono::milliseconds WARM_UP(300);
constexpr int THREADS = 256;
constexpr int TILE = 16;

void check(cudaError_t code) {
    if (code != cudaSuccess) {
        std::fprintf(stderr, "%s\n", cudaGetErrorString(code));
        std::exit(1);
    }
}

__global__ void rel_diff(const double *__restrict__ x, const double *__restrict__ y, double *__restrict__ out, size_t n) {
    size_t i = blockIdx.x * size_t(blockDim.x) + threadIdx.x;
    if (i < n) out[i] = 2 * (x[i] - y[i]) / (x[i] + y[i]);
}

__global__ void block_sums(const double *__restrict__ x, double *__restrict__ sums, size_t n) {
    __shared__ double shared[THREADS];
    int t = threadIdx.x;
    double total = 0;
    for (size_t i = blockIdx.x * size_t(blockDim.x) + t; i < n; i += size_t(gridDim.x) * blockDim.x) total += x[i];
    shared[t] = total;
    __syncthreads();
    for (int step = THREADS / 2; step > 0; step /= 2) {
        if (t < step) shared[t] += shared[t + step];
        __syncthreads();
    }
    if (t == 0) sums[blockIdx.x] = shared[0];
}

// All sides are multiples of a tile's.
__global__ void matmul(const double *__restrict__ a, const double *__restrict__ b, double *__restrict__ c, int n) {
    __shared__ double left[TILE][TILE], right[TILE][TILE];
    int tx = threadIdx.x, ty = threadIdx.y;
    size_t x = blockIdx.x * TILE + tx, y = blockIdx.y * TILE + ty;
    double total = 0;
    for (int first = 0; first < n; first += TILE) {
        left[ty][tx] = a[y * n + first + tx];
        right[ty][tx] = b[(first + ty) * size_t(n) + x];
        __syncthreads();
        for (int k = 0; k < TILE; k++) total += left[ty][k] * right[k][tx];
        __syncthreads();
    }
    c[y * n + x] = total;
}

double *on_device(size_t n, const std::function<double(size_t)> &number) {
    std::vector<double> host(n);
    for (size_t i = 0; i < n; i++) host[i] = number(i);
    double *device;
    check(cudaMalloc(&device, n * sizeof(double)));
    check(cudaMemcpy(device, host.data(), n * sizeof(double), cudaMemcpyHostToDevice));
    return device;
}

double natural(size_t i) { return double(i * 37 % 101); }

double median(int runs, const std::function<void()> &work) {
    cudaEvent_t start, end;
    check(cudaEventCreate(&start));
    check(cudaEventCreate(&end));
    std::vector<float> times;
    auto begin = std::chrono::steady_clock::now();
    while (times.size() < size_t(runs)) {
        bool warm = std::chrono::steady_clock::now() - begin >= WARM_UP;
        float milliseconds;
        check(cudaEventRecord(start));
        work();
        check(cudaEventRecord(end));
        check(cudaGetLastError());
        check(cudaEventSynchronize(end));
        check(cudaEventElapsedTime(&milliseconds, start, end));
        if (warm) times.push_back(milliseconds);
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2] / 1e3;
}

// The work of a name and its sizes; none if there is no such.
std::function<void()> work(const std::string &name, size_t n, unsigned grid) {
    if (name == "rel_diff") {
        double *x = on_device(n, [](size_t i) { return 1.0 + i % 100; });
        double *y = on_device(n, [](size_t i) { return 1.5 + i % 77; });
        double *out = on_device(n, natural);
        return [=] { rel_diff<<<unsigned((n + THREADS - 1) / THREADS), THREADS>>>(x, y, out, n); };
    }
    if (name == "block_sums") {
        double *x = on_device(n, natural), *parts = on_device(grid, natural), *sum = on_device(1, natural);
        return [=] {
            block_sums<<<grid, THREADS>>>(x, parts, n);
            block_sums<<<1, THREADS>>>(parts, sum, grid);
        };
    }
    if (name == "matmul") {
        auto number = [](size_t i) { return 0.125 + natural(i) / 7; };
        double *a = on_device(n * n, number), *b = on_device(n * n, number), *c = on_device(n * n, number);
        dim3 blocks(unsigned(n / TILE), unsigned(n / TILE)), threads(TILE, TILE);
        return [=] { matmul<<<blocks, threads>>>(a, b, c, int(n)); };
    }
    return {};
}

}  // namespace

int main(int count, char **arguments) {
    if (count < 4) return 2;
    size_t n = std::strtoull(arguments[3], nullptr, 10);
    unsigned grid = count > 4 ? unsigned(std::strtoul(arguments[4], nullptr, 10)) : 1;
    auto asked = work(arguments[2], n, grid);
    if (!asked) return 2;
    std::printf("%.9e\n", median(std::atoi(arguments[1]), asked));
}
