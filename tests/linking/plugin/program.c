/* Calls a Rust library that calls kernels: linked with it, or loading it. */
#include <stdio.h>

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
    double raised = plugin_root_of_area(-1.0);
    printf("%g %d\n", plugin_root_of_area(6.0), raised != raised);
    return 0;
}
