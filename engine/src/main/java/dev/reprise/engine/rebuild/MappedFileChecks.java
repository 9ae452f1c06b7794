package dev.reprise.engine.rebuild;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Mman;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which files the mappings of an image need: code as it was, data not shorter. */
final class MappedFileChecks {
    private MappedFileChecks() {}

    static List<FileCheck> of(AddressSpace space) {
        Map<String, FileCheck> checks = new LinkedHashMap<>();
        FileIdentity executable = space.executable();
        if (!executable.isDeleted()) {
            checks.put(executable.path(), new FileCheck(executable, FileCheck.Rule.SAME_CODE, "executable"));
        }
        for (Vma vma : space.vmas()) {
            if (vma.backing() instanceof Backing.MappedFile mapped) {
                FileIdentity file = mapped.file();
                FileCheck check = new FileCheck(file, rule(vma, file), AddressSpaceRebuild.name(vma));
                checks.merge(file.path(), check, MappedFileChecks::stricter);
            }
        }
        return new ArrayList<>(checks.values());
    }

    private static FileCheck.Rule rule(Vma vma, FileIdentity file) {
        boolean isCode = !file.buildId().isEmpty() || (vma.protection() & Mman.PROT_EXEC) != 0;
        return isCode ? FileCheck.Rule.SAME_CODE : FileCheck.Rule.NOT_SHORTER;
    }

    private static FileCheck stricter(FileCheck one, FileCheck other) {
        return one.rule() == FileCheck.Rule.SAME_CODE ? one : other;
    }
}
