/* Calls a kernel, and a Rust library that calls the same kernel: linked with it, or loading it. */
#include "kernels.h"

#ifdef LOADED
#include <dlfcn.h>
#else
double plugin_root_of_area(double radius);
#endif

int main(int argc, char **argv) {
#ifdef LOADED
    void *library = dlopen(argv[1], RTLD_NOW);
    if (library == NULL) {
        puts(dlerror());
        return 1;
    }
    double (*plugin_root_of_area)(double) = (double (*)(double))dlsym(library, "plugin_root_of_area");
#endif
    (void)argc, (void)argv;
    double failed = plugin_root_of_area(-1.0);
    printf("Rust: %g %d\n", plugin_root_of_area(6.0), failed != failed);

    double result = 0.0;
    pykernel_raised raised;
    char text[200];
    int first = root(36.0, &result, &raised), second = root(-1.0, &result, &raised);
    pykernel_message(&raised, text, sizeof text);
    printf("C: %g %d %d %s\n", result, first, second, text);
    return 0;
}
