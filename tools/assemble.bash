#!/bin/bash
# The last step of a build: puts the jars where ./reprise runs them. Called by cli/pom.xml.
#
# A directory named by the digest of its jars is never written to again, so a running tool keeps its jars
# while the next build goes on, and an AOT cache of that name can never meet other jars.
set -euo pipefail
started=$1 # of the build, ISO 8601: a source that changed later may have been missed by it
java=$2/bin/java
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
built=$here/cli/target/app
apps=$here/.reprise/app

modern=$here/cli/target/modern
mkdir -p "$modern"
for jar in "$built"/picocli-*.jar; do
    made=$modern/${jar##*/}
    if [[ ! $made -nt $jar || ! $made -nt $here/tools/Modernize.java ]]; then
        "$java" "$here/tools/Modernize.java" "$jar" "$made.new"
        mv -- "$made.new" "$made"
    fi
done

# The launcher holds the JVM's flags and the path is part of an AOT cache: both are part of the name.
digest=$({ cd "$built" && sha256sum -- *.jar && sha256sum <"$here/tools/Modernize.java" && cat -- "$here"/tools/{launch.bash,self.bash,self.directives} | sha256sum && printf '%s\n' "$here"; } | sha256sum)
digest=${digest:0:20}

mkdir -p "$apps"
if [[ ! -d $apps/$digest ]]; then
    aside=$(mktemp -d "$apps/.aside.XXXXXX")
    cp -- "$built"/*.jar "$aside"
    cp -- "$modern"/*.jar "$aside"
    chmod 755 "$aside"
    mv -T -- "$aside" "$apps/$digest" 2>/dev/null || rm -rf -- "$aside"
fi
touch -- "$apps/$digest"

cd "$here"
find pom.xml .mvn reprise mvnw tools {kernel,image,engine,cli}/{pom.xml,src/main} \
    \( -type f -o -type d \) -print >.reprise/sources.new
mv -- .reprise/sources.new .reprise/sources
printf '%s\n%s\n' "$digest" "$here" >.reprise/current.new
touch -d "$started" -- .reprise/current.new
mv -- .reprise/current.new .reprise/current

# Yesterday's builds; younger ones may still be running.
find "$apps" -mindepth 1 -maxdepth 1 ! -name "$digest" -mtime +0 -exec rm -rf -- {} +
