package io.quorate.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.syntax.elements.ClassesShould;
import com.tngtech.archunit.lang.syntax.elements.ClassesShouldConjunction;
import io.quorate.control.kv.KeyValueCommand;
import io.quorate.control.kv.KeyValueEvent;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectEvent;
import io.quorate.node.contract.MembershipEvent;
import io.quorate.node.contract.MembershipMessage;
import io.quorate.node.contract.UpgradeEvent;
import io.quorate.node.contract.UpgradeMessage;
import io.quorate.node.release.Release;
import io.quorate.node.upgrade.Workloads;
import io.quorate.persistence.contract.Operation;
import io.quorate.persistence.contract.Outcome;
import io.quorate.persistence.journal.Journal;
import io.quorate.persistence.journal.JournalException;
import io.quorate.persistence.peer.ControlPlane;
import io.quorate.persistence.peer.PeerAnswer;
import io.quorate.persistence.peer.PeerRequest;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What holds in every module. */
class HouseRulesTest {
    private static final String[] PRODUCT = {"io.quorate.persistence..", "io.quorate.node..", "io.quorate.control.."};

    /** Decisions: equal arguments, equal results. */
    private static final String[] PURE = {
        "io.quorate.persistence.contract",
        "io.quorate.persistence.journal",
        "io.quorate.node.contract",
        "io.quorate.node.membership",
        "io.quorate.node.role",
        "io.quorate.node.upgrade",
        "io.quorate.control.controller",
        "io.quorate.control.kv",
        "io.quorate.control.objects",
        "io.quorate.control.patch",
        "io.quorate.control.resource",
        "io.quorate.control.schedule",
        "io.quorate.control.table",
        "io.quorate.simulations.invariant",
        "io.quorate.simulations.report",
        "io.quorate.simulations.schedule",
        "io.quorate.chaos.check"
    };

    @Test
    void every_package_says_what_it_is_and_that_nothing_in_it_is_null() {
        TreeSet<String> silent = new TreeSet<>();
        for (JavaClass each : House.MAIN) {
            JavaPackage home = House.MAIN.getPackage(each.getPackageName());
            if (home.tryGetPackageInfo().isEmpty() || !home.isAnnotatedWith(NullMarked.class)) {
                silent.add(home.getName());
            }
        }
        assertThat(silent)
                .as("packages without a package-info that is @NullMarked")
                .isEmpty();
    }

    @Test
    void names_are_the_fields_terms() {
        noClasses()
                .should()
                .haveNameMatching(".*(Manager|Helper|Helpers|Util|Utils|Impl)(\\$.*)?")
                .because("such a name says nothing about what the class is for")
                .check(House.MAIN);
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..utils..", "..helper..", "..impl..", "..common..", "..misc..")
                .check(House.MAIN);
    }

    @Test
    void decisions_take_no_clock_no_randomness_and_no_thread() {
        free(noClasses().that().resideInAnyPackage(PURE).should()).check(House.MAIN);
        noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.concurrent..", "java.net..", "java.nio.file..", "java.nio.channels..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(RandomGenerator.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .because("time, randomness and input come as arguments")
                .check(House.MAIN.that(not(belongToAnyOf(ports()))));
    }

    /** Ports answer with stages, and a failure of the journal's is read from one; they decide nothing. */
    private static Class<?>[] ports() {
        return new Class<?>[] {Journal.class, JournalException.class, Workloads.class};
    }

    @Test
    void a_simulation_takes_its_time_and_randomness_from_the_seed() {
        free(noClasses()
                        .that()
                        .resideInAnyPackage("io.quorate.simulations.world..", "io.quorate.simulations.scenario..")
                        .should())
                .orShould()
                .callConstructor(Thread.class)
                .orShould()
                .callMethod(Thread.class, "ofPlatform")
                .orShould()
                .callMethod(Thread.class, "ofVirtual")
                .because("a run must be the same for the same seed")
                .check(House.MAIN);
    }

    /** The event store, the engine's walls and what a leader does run in simulations as they are: time and randomness are handed in. */
    @Test
    void what_is_simulated_reads_no_clock_but_through_its_ports() {
        free(noClasses()
                        .that()
                        .resideInAnyPackage(
                                "io.quorate.persistence.raft", "io.quorate.persistence.events", "io.quorate.node.lead")
                        .and(not(nameMatching("io\\.quorate\\.persistence\\.raft\\.RaftThread.*")))
                        .should())
                .check(House.MAIN);
    }

    private static ClassesShouldConjunction free(ClassesShould should) {
        return should.callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(LocalDateTime.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callConstructor(Random.class)
                .orShould()
                .callConstructor(SecureRandom.class)
                .orShould()
                .callMethod(ThreadLocalRandom.class, "current");
    }

    /** Chaos turns the clock where it is called ({@code ClockReads}): what a method reference is linked to is out of its reach. */
    @Test
    void the_wall_clock_is_called_and_not_referred_to() {
        noClasses()
                .that()
                .resideInAnyPackage(PRODUCT)
                .should(ArchCondition.from(DescribedPredicate.describe(
                        "refer to System::currentTimeMillis",
                        each -> each.getMethodReferencesFromSelf().stream()
                                .anyMatch(one -> one.getTargetOwner().isEquivalentTo(System.class)
                                        && one.getName().equals("currentTimeMillis")))))
                .check(House.MAIN);
    }

    @Test
    void nothing_is_serialized_the_java_way() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(ObjectOutputStream.class, ObjectInputStream.class)
                .because("bytes that outlive the process have a form of their own")
                .check(House.MAIN);
        noClasses()
                .that()
                .areNotEnums()
                .should(implementDirectly(Serializable.class))
                .check(House.MAIN);
    }

    /** Not by way of a class of the platform, such as a map. */
    private static ArchCondition<JavaClass> implementDirectly(Class<?> type) {
        return ArchCondition.from(DescribedPredicate.describe(
                "implement " + type.getSimpleName() + " by name",
                each -> each.getRawInterfaces().stream().anyMatch(one -> one.isEquivalentTo(type))));
    }

    @Test
    void the_product_does_not_sleep() {
        noClasses()
                .that()
                .resideInAnyPackage(PRODUCT)
                .and()
                // A command asks another process, which tells nobody when it is ready.
                .resideOutsideOfPackage("io.quorate.control.cli")
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", Duration.class)
                .orShould()
                .callMethod(TimeUnit.class, "sleep", long.class)
                .orShould()
                .callMethod(LockSupport.class, "parkNanos", long.class)
                .because("what is waited for tells when it happens")
                .check(House.MAIN);
    }

    @Test
    void tests_do_not_sleep() {
        noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", Duration.class)
                .orShould()
                .callMethod(TimeUnit.class, "sleep", long.class)
                .because("a test awaits the event itself")
                .check(House.TESTS);
    }

    @Test
    void only_the_command_line_prints() {
        noClasses()
                .that()
                .resideInAnyPackage(PRODUCT)
                .and()
                .resideOutsideOfPackage("io.quorate.control.cli")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(House.MAIN);
    }

    @Test
    void nothing_ends_the_process_but_its_shell() {
        noClasses()
                .that()
                .resideInAnyPackage("io.quorate.persistence..", "io.quorate.node..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .check(House.MAIN);
    }

    @Test
    void what_crosses_the_network_or_outlives_the_process_is_a_record() {
        classes()
                .that()
                .implement(Operation.class)
                .or()
                .implement(Outcome.class)
                .or()
                .implement(MembershipEvent.class)
                .or()
                .implement(MembershipMessage.class)
                .or()
                .implement(UpgradeEvent.class)
                .or()
                .implement(UpgradeMessage.class)
                .or()
                .implement(KeyValueEvent.class)
                .or()
                .implement(KeyValueCommand.class)
                .or()
                .implement(ObjectEvent.class)
                .or()
                .implement(ObjectCommand.class)
                .or()
                .implement(ControlPlane.Message.class)
                .or()
                .implement(ControlPlane.Command.class)
                .or()
                .implement(ControlPlane.Filter.class)
                .or()
                .implement(PeerRequest.class)
                .or()
                .implement(PeerAnswer.class)
                .and()
                .areNotInterfaces()
                .should()
                .beRecords()
                .check(House.MAIN);
    }

    /** What a distribution says of itself is written by its build, which does not see the classes. */
    @Test
    void the_build_says_the_feature_levels_that_the_classes_can_do() throws IOException {
        assertThat(Files.readString(Path.of("..", "deploy", "pom.xml")))
                .contains("lowest: " + Release.FIRST_LEVEL + "\n", "highest: " + Release.HIGHEST_LEVEL + "\n");
    }
}
