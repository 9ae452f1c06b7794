package dev.reprise.acceptance;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The import table of DESIGN.md, "Layers", as rules that run. */
class LayersTest {
    private static final String KERNEL = "dev.reprise.kernel..";
    private static final String STATE = "dev.reprise.image.state..";
    private static final String ANSWERS = "dev.reprise.image";
    private static final String WIRE = "dev.reprise.image.wire..";
    private static final String CODEC = "dev.reprise.image.codec..";
    private static final String FILTER = "dev.reprise.image.filter..";
    private static final String STREAM = "dev.reprise.image.stream..";
    private static final String MODEL = "dev.reprise.engine.model..";
    private static final String PROGRAM = "dev.reprise.engine.program..";
    private static final String TRACEE = "dev.reprise.engine.tracee..";
    private static final String TWIN = "dev.reprise.engine.twin..";
    private static final String CAPTURE = "dev.reprise.engine.capture..";
    private static final String REBUILD = "dev.reprise.engine.rebuild..";
    private static final String TRANSPORT = "dev.reprise.engine.transport..";
    private static final String PROOF = "dev.reprise.engine.proof..";
    private static final String STORE = "dev.reprise.image.store..";
    private static final String PAGER = "dev.reprise.engine.pager..";
    private static final String MIGRATE = "dev.reprise.engine.migrate..";
    private static final String API = "dev.reprise.engine";
    private static final String CLI = "dev.reprise.cli..";

    private static JavaClasses ours;

    @BeforeAll
    static void readClasses() {
        ours = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.reprise");
    }

    @Test
    void kernelImportsNothingOfOurs() {
        check(onlyDependsOn(KERNEL));
    }

    @Test
    void stateImportsNothingOfOurs() {
        check(onlyDependsOn(STATE));
    }

    @Test
    void stateNeitherReadsNorTouchesMemory() {
        check(noClasses()
                .that()
                .resideInAPackage(STATE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.io..", "java.lang.foreign..", "java.nio.channels..", "java.nio.file.."));
    }

    @Test
    void onlyTheWireKnowsProtobuf() {
        check(onlyDependsOn(WIRE, "com.google.protobuf.."));
        check(onlyDependsOn(ANSWERS));
    }

    @Test
    void codecAndStreamImportOnlyImage() {
        check(onlyDependsOn(CODEC, STATE, WIRE, ANSWERS));
        check(onlyDependsOn(STREAM, STATE, WIRE, ANSWERS));
        check(onlyDependsOn(STORE, STREAM));
    }

    @Test
    void onlyFiltersKnowCompressors() {
        check(onlyDependsOn(FILTER, ANSWERS, "io.airlift.compress.."));
        check(noClasses()
                .that()
                .resideOutsideOfPackage(FILTER)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.airlift.."));
    }

    @Test
    void modelImportsOnlyState() {
        check(onlyDependsOn(MODEL, STATE));
    }

    @Test
    void programsImportOnlyStateAndKernel() {
        check(onlyDependsOn(PROGRAM, STATE, KERNEL));
    }

    /** A program is a value: of the kernel it may know the constants, not the way in. */
    @Test
    void programsNeverEnterTheKernel() {
        check(noClasses()
                .that()
                .resideInAPackage(PROGRAM)
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Door.class));
        check(noClasses()
                .that()
                .resideInAPackage(PROGRAM)
                .should()
                .callCodeUnitWhere(describe(
                        "the kernel is entered",
                        (JavaCall<? extends CodeUnitCallTarget> call) ->
                                call.getTarget().getThrowsClause().containsType(KernelException.class))));
    }

    @Test
    void traceeImportsProgramsAndWhatIsBelow() {
        check(onlyDependsOn(TRACEE, PROGRAM, MODEL, STATE, KERNEL));
    }

    @Test
    void twinsAreToldByWhatTheTraceeGaveThem() {
        check(onlyDependsOn(TWIN, TRACEE, KERNEL));
    }

    @Test
    void captureKnowsNeitherRebuildNorBytes() {
        check(onlyDependsOn(CAPTURE, TWIN, TRACEE, PROGRAM, MODEL, STATE, KERNEL));
    }

    @Test
    void rebuildKnowsNeitherCaptureNorBytes() {
        check(onlyDependsOn(REBUILD, TRACEE, PROGRAM, PAGER, MODEL, STATE, KERNEL));
    }

    @Test
    void thePagerKnowsMemoryOnly() {
        check(onlyDependsOn(PAGER, MODEL, STATE, KERNEL));
    }

    @Test
    void transportKnowsNeitherCaptureNorRebuild() {
        check(onlyDependsOn(TRANSPORT, TWIN, CODEC, STREAM, FILTER, STATE, ANSWERS, MODEL, KERNEL));
    }

    @Test
    void proofKnowsNeitherCaptureNorRebuild() {
        check(onlyDependsOn(PROOF, STATE, MODEL, KERNEL));
    }

    @Test
    void noPartOfEngineImportsTheApi() {
        check(noClasses()
                .that()
                .resideInAPackage(API + ".*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(API));
    }

    @Test
    void commandsUseThePublicApiOnly() {
        check(noClasses()
                .that()
                .resideInAPackage(CLI)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        KERNEL,
                        CODEC,
                        STREAM,
                        FILTER,
                        PROGRAM,
                        TRACEE,
                        CAPTURE,
                        REBUILD,
                        TRANSPORT,
                        MIGRATE,
                        "com.google.."));
    }

    @Test
    void nothingImportsTheCommandLine() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(CLI)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(CLI));
    }

    @Test
    void packagesFormNoCycle() {
        check(slices().matching("dev.reprise.engine.(*)..").should().beFreeOfCycles());
        check(slices().matching("dev.reprise.image.(*)..").should().beFreeOfCycles());
    }

    /** Null is checked in marked packages only, so a package without the mark would slip through. */
    @Test
    void everyPackageIsNullMarked() {
        var unmarked = ours.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(each -> !each.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName);
        assertThat(unmarked).isEmpty();
    }

    /** Within ours: any other library is settled by the module descriptors, but protobuf's place is settled here. */
    private static ArchRule onlyDependsOn(String layer, String... allowed) {
        var packages = new ArrayList<>(List.of(allowed));
        packages.add(layer);
        packages.addAll(List.of("java..", "javax..", "org.jspecify.."));
        return classes()
                .that()
                .resideInAPackage(layer)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(packages.toArray(String[]::new));
    }

    /** A layer that has no class yet breaks no rule. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(ours);
    }
}
