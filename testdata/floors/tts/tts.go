package tts
