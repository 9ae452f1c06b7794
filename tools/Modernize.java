import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Gives the classes of an old jar stack maps and the version of Java 8; nothing else about them changes.
 *
 * <p>picocli is compiled for Java 5. The VM checks classes before Java 6 with its old verifier and keeps none of them in an
 * AOT cache, nor any of ours that implements one: 40 of the 120 ms of every start.
 */
void main(String[] arguments) throws IOException {
    var from = Path.of(arguments[0]);
    var to = Path.of(arguments[1]);
    try (var jar = new JarFile(from.toFile());
            var itself = new URLClassLoader(new URL[] {from.toUri().toURL()});
            var out = new JarOutputStream(Files.newOutputStream(to))) {
        var hierarchy = ClassHierarchyResolver.ofResourceParsing(itself).orElse(ClassHierarchyResolver.defaultResolver());
        var classFile = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                ClassFile.ClassHierarchyResolverOption.of(hierarchy));
        for (var entry : (Iterable<JarEntry>) jar.stream()::iterator) {
            var bytes = jar.getInputStream(entry).readAllBytes();
            var copy = new JarEntry(entry.getName());
            copy.setLastModifiedTime(entry.getLastModifiedTime()); // same input, same bytes
            out.putNextEntry(copy);
            out.write(entry.getName().endsWith(".class") ? modernize(classFile, bytes) : bytes);
            out.closeEntry();
        }
    }
}

byte[] modernize(ClassFile classFile, byte[] bytes) {
    var model = classFile.parse(bytes);
    if (model.majorVersion() >= ClassFile.JAVA_6_VERSION) {
        return bytes;
    }
    return classFile.transformClass(
            model,
            // Taking the bodies apart is what makes the library compute their stack maps.
            ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL).andThen((builder, element) -> {
                if (element instanceof ClassFileVersion) {
                    builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
                } else {
                    builder.with(element);
                }
            }));
}
