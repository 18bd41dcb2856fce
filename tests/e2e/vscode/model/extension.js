// A language model for the editor's own chat, which sends nothing to a participant as long as there is none.
const vscode = require("vscode");

const MODEL = {
  id: "scripted",
  name: "Scripted",
  family: "scripted",
  version: "1",
  maxInputTokens: 9_000,
  maxOutputTokens: 900,
  isDefault: true,
  isUserSelectable: true,
  capabilities: {},
};

exports.activate = ({ subscriptions }) => {
  const provider = {
    provideLanguageModelChatInformation: () => [MODEL],
    provideLanguageModelChatResponse: () => Promise.reject(new Error("nobody asks this model")),
    provideTokenCount: () => Promise.resolve(1),
  };
  subscriptions.push(vscode.lm.registerLanguageModelChatProvider("scripted", provider));
  // The editor learns of the models when somebody wants to know them.
  void vscode.lm.selectChatModels({ vendor: "scripted" });
};
