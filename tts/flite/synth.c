#include "synth.h"
#include "_cgo_export.h"

cst_voice *register_cmu_us_slt(const char *voxdir);
cst_voice *register_cmu_us_rms(const char *voxdir);

cst_voice *parley_voice(int n) {
	return n == 0 ? register_cmu_us_slt(NULL) : register_cmu_us_rms(NULL);
}

static int chunk(const cst_wave *w, int start, int size, int last, cst_audio_streaming_info *asi) {
	(void)last;
	if (size <= 0)
		return CST_AUDIO_STREAM_CONT;
	return parleyChunk((uintptr_t)asi->userdata, w->sample_rate, &w->samples[start], size)
		? CST_AUDIO_STREAM_CONT : CST_AUDIO_STREAM_STOP;
}

// The streaming callback and the stretch hang on the utterance, not on the
// voice, so that one voice can speak on many threads. The utterance owns both.
int parley_synth(cst_voice *voice, const char *text, float stretch, uintptr_t handle) {
	cst_utterance *u = new_utterance();
	cst_audio_streaming_info *asi = new_audio_streaming_info();
	asi->min_buffsize = 640; // 40 ms
	asi->asc = chunk;
	asi->userdata = (void *)handle;
	feat_set(u->features, "streaming_info", audio_streaming_info_val(asi));
	feat_set_float(u->features, "duration_stretch", stretch);
	utt_set_input_text(u, text);
	u = flite_do_synth(u, voice, utt_synth);
	if (u == NULL)
		return -1;
	delete_utterance(u);
	return 0;
}
