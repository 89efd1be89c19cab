// A shared library without the engine's functions, for engine_library_test.
extern "C" int harsanyi_something_else() {
  return 1;
}
