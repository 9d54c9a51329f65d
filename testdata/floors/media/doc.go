// Package media reaches up.
package media
