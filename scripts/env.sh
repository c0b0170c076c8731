# shellcheck shell=bash
# Sourced by scripts that run our programs.

# The file .env: NAME=value lines.  Names that are set already win over the file.
read_env_file() {
	local line name
	[ -f .env ] || return 0
	while IFS= read -r line || [ -n "$line" ]; do
		[[ $line =~ ^(export\ +)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || continue
		name=${BASH_REMATCH[2]}
		line=${BASH_REMATCH[3]}
		[[ $line =~ ^\"(.*)\"$ || $line =~ ^\'(.*)\'$ ]] && line=${BASH_REMATCH[1]}
		[ -n "${!name+set}" ] || export "$name=$line"
	done <.env
}

# Whoever asks for help gets the Python module's, before anything is built: help_of MODULE "$@".
help_of() {
	local word
	for word in "${@:2}"; do
		[[ $word != -h && $word != --help ]] || exec /usr/bin/python3 -m "$1" --help
	done
}
