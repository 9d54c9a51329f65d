#include <stdint.h>
#include <flite/flite.h>
#include <flite/flite_version.h>

cst_voice *parley_voice(int n);
int parley_synth(cst_voice *voice, const char *text, float stretch, uintptr_t handle);
