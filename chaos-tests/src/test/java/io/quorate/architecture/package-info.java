/**
 * The house's plan as tests: which module and which package may know which, and the rules that hold in every one of them. They
 * stand in the topmost module because only from here all others are in sight.
 *
 * <p>A rule that fails names the class and the line. Either the code is in the wrong place, or the plan has changed: then its
 * {@code package-info} changes in the same commit.
 */
@NullMarked
package io.quorate.architecture;

import org.jspecify.annotations.NullMarked;
