package io.quorate.architecture;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Modules depend downward only: persistence, node-actor, control-plane; then what drives them: simulations, and chaos-tests above. */
class ModuleArrowsTest {
    @Test
    void every_module_is_in_sight() {
        Set<String> modules = House.MAIN.stream()
                .map(JavaClass::getPackageName)
                .map(name -> name.split("\\.")[2])
                .collect(Collectors.toSet());
        assertThat(modules)
                .contains("persistence", "node", "control", "simulations")
                .isSubsetOf("persistence", "node", "control", "simulations", "chaos");
    }

    @Test
    void modules_depend_downward_only() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("persistence")
                .definedBy("io.quorate.persistence..")
                .layer("node-actor")
                .definedBy("io.quorate.node..")
                .layer("control-plane")
                .definedBy("io.quorate.control..")
                .layer("simulations")
                .definedBy("io.quorate.simulations..")
                .optionalLayer("chaos-tests")
                .definedBy("io.quorate.chaos..")
                .whereLayer("persistence")
                .mayNotAccessAnyLayer()
                .whereLayer("node-actor")
                .mayOnlyAccessLayers("persistence")
                .whereLayer("control-plane")
                .mayOnlyAccessLayers("node-actor", "persistence")
                .whereLayer("simulations")
                .mayOnlyAccessLayers("control-plane", "node-actor", "persistence")
                .whereLayer("chaos-tests")
                .mayOnlyAccessLayers("simulations", "control-plane", "node-actor", "persistence")
                .check(House.MAIN);
    }

    @Test
    void packages_form_no_circles() {
        slices().matching("io.quorate.(**)").should().beFreeOfCycles().check(House.MAIN);
    }
}
