// Buttons of which one is chosen: one tab stop, and the arrow keys move the choice.

/** @type {Readonly<Record<string, number>>} */
const STEPS = Object.freeze({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 });

/**
 * @param {readonly HTMLButtonElement[]} buttons with role="radio"
 * @param {(index: number) => void} onChoose
 * @returns {{ choose: (index: number) => void }} to show a choice
 */
export function makeRadioGroup(buttons, onChoose) {
  buttons.forEach((button, index) => {
    button.addEventListener("click", () => onChoose(index));
    button.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const next = (index + step + buttons.length) % buttons.length;
      onChoose(next);
      buttons[next].focus();
    });
  });
  return {
    choose(chosen) {
      buttons.forEach((button, index) => {
        button.setAttribute("aria-checked", String(index === chosen));
        button.tabIndex = index === chosen ? 0 : -1;
      });
    },
  };
}
